"""Asking for a page within this process, and what that took."""

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from troth.doors.bench import measure
from troth.doors.bench.pages.cases import Request
from troth.platform import sql


@dataclass(frozen=True, slots=True)
class Spent:
    """`cpu_s` of this process and of the database server's process for this connection."""

    cpu_s: float
    wall_s: float
    statements: int


class Browsers:
    """A browser for each person, signed in."""

    def __init__(self) -> None:
        self._clients: dict[str, Client] = {}

    def client(self, user: str) -> Client:
        if user not in self._clients:
            self._clients[user] = Client(headers={"host": "127.0.0.1"})
            self._clients[user].force_login(get_user_model().objects.get(username=user))
        return self._clients[user]

    def ask(self, user: str, request: Request) -> bytes:
        """Return what stands in the answer, which must be good; a search for a whole number leads to its document."""
        client = self.client(user)
        if request.body:
            answer: Any = client.post(request.url, request.body, content_type="application/json")
        else:
            answer = client.get(request.url)
        assert answer.status_code in (200, 302), f"{request.url}: {answer.status_code}"
        return bytes(answer.content)

    def spend(self, user: str, request: Request) -> Spent:
        """Ask, and tell what it took."""
        self.client(user)
        backend = measure.backend()
        server, client, began = measure.server_s(backend), time.process_time(), time.perf_counter()
        with sql.counting() as sent:
            self.ask(user, request)
        wall, spent = time.perf_counter() - began, time.process_time() - client
        served = (measure.server_s(backend) or 0.0) - (server or 0.0)
        return Spent(spent + served, wall, sent())

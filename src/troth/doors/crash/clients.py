"""The clients of a run: each enters its orders one after the other over HTTP, and asks again with the same key until it
is answered, whatever breaks meanwhile.
"""

import contextlib
import http.client
import json
import math
import random
import select
import threading
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from troth.doors.crash.plan import Asked, Plan

ADDRESS = "/api/v1/orders"
TIMEOUT_SECONDS = 15.0
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = (0.05, 0.3)
FAULT_PATIENCE_SECONDS = 0.5
NEAR_THE_END_SHARE = 0.96
HEARD_COMING_SHARE = 0.7
AGAIN = {"busy", "key_in_progress"}


class Wait(StrEnum):
    """What a client waits for on the way to its answer."""

    ANSWER = "the answer"
    LOCK = "a lock it did not get"
    TWIN = "its own first request"
    FAULT = "an answer that told of a fault"
    LOST = "an answer that a kill took along"
    SERVER = "a server that is away"
    SILENCE = "an answer that never came"
    PAUSE = "its own pause before it asks again"


OF_CODE = {"busy": Wait.LOCK, "key_in_progress": Wait.TWIN}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client was told: the order, what is confirmed in all, and when it asked first and was answered.

    `waits` is what it waited for until then, in seconds.
    """

    order_id: int
    confirmed: int
    asked_at: float
    answered_at: float
    waits: dict[Wait, float] = field(default_factory=dict)


@dataclass
class Book:
    """What all clients were told. `refused` are answers that no fault explains, `given_up` orders nobody answered."""

    answers: dict[str, Answer] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    attempts: int = 0
    lost_answers: int = 0
    fault_due_at: float = math.inf
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def settled(self) -> int:
        """How many orders nobody asks for any more."""
        return len(self.answers) + len(self.refused) + len(self.given_up)

    def wait_for_faults(self, total: int) -> None:
        """Give a fault that is overdue time to happen; none may be left when the last orders are asked for."""

        def in_time() -> bool:
            return self.settled < self.fault_due_at

        with self.changed:
            near_the_end = self.settled >= total * NEAR_THE_END_SHARE
            self.changed.wait_for(in_time, None if near_the_end else FAULT_PATIENCE_SECONDS)

    def answered(self, key: str, answer: Answer) -> None:
        with self.changed:
            self.answers[key] = answer
            self.changed.notify_all()

    def add(self, told: list[str], sentence: str) -> None:
        """Note what was refused or given up."""
        with self.changed:
            told.append(sentence)
            self.changed.notify_all()

    def announce(self, settled: float) -> None:
        """Say after how many orders the next fault is due."""
        with self.changed:
            self.fault_due_at = settled
            self.changed.notify_all()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and as whom to order."""

    port: int
    token: str
    today: date


class Client:
    """One client with one connection, which it opens again when it breaks."""

    def __init__(self, place: Place, total: int, book: Book) -> None:
        self._place, self._total, self._book = place, total, book
        self._connection: http.client.HTTPConnection | None = None
        self._draw = random.Random()  # noqa: S311 - spreads rivals out

    def enter(self, orders: tuple[Asked, ...]) -> None:
        for asked in orders:
            self._book.wait_for_faults(self._total)
            self._enter(asked)
        self._hang_up()

    def _enter(self, asked: Asked) -> None:
        body = _body(asked, self._place.today)
        began = time.monotonic()
        waits: dict[Wait, float] = {}
        if asked.hangs_up:
            self._ask_and_hang_up(asked, body)
            waits[Wait.ANSWER] = time.monotonic() - began
        while time.monotonic() - began < PATIENCE_SECONDS:
            sent = time.monotonic()
            status, told, wait = self._ask(asked.key, body)
            waits[wait] = waits.get(wait, 0.0) + time.monotonic() - sent
            if status == 201:
                answer = Answer(told["id"], _confirmed(told), began, time.monotonic(), waits)
                return self._book.answered(asked.key, answer)
            if 400 <= status < 500 and told.get("code") not in AGAIN:
                return self._book.add(self._book.refused, f"{asked.key}: {status} {told.get('detail', told)}")
            pause = self._draw.uniform(*PAUSE_SECONDS)
            waits[Wait.PAUSE] = waits.get(Wait.PAUSE, 0.0) + pause
            time.sleep(pause)
        return self._book.add(self._book.given_up, asked.key)

    def _ask(self, key: str, body: bytes) -> tuple[int, dict[str, Any], Wait]:
        """The status, what was told, and what the time went by with; status 0 where the line broke."""
        try:
            self._send(key, body)
            assert self._connection is not None
            response = self._connection.getresponse()
            told = _read(response.read())
            return response.status, told, _waited_for(response.status, told)
        except (OSError, http.client.HTTPException) as broken:
            self._hang_up()
            return 0, {}, _broken_by(broken)

    def _ask_and_hang_up(self, asked: Asked, body: bytes) -> None:
        """Ask and hang up, at once or when the answer comes, without hearing it."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            self._send(asked.key, body)
            assert self._connection is not None
            if self._draw.random() < HEARD_COMING_SHARE:
                select.select([self._connection.sock], [], [], TIMEOUT_SECONDS)
        self._hang_up()
        self._book.lost_answers += 1

    def _send(self, key: str, body: bytes) -> None:
        self._book.attempts += 1
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._place.port, timeout=TIMEOUT_SECONDS)
        headers = {
            "Authorization": f"Bearer {self._place.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        self._connection.request("POST", ADDRESS, body, headers)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _waited_for(status: int, told: dict[str, Any]) -> Wait:
    return Wait.FAULT if status >= 500 else OF_CODE.get(told.get("code", ""), Wait.ANSWER)


def _broken_by(broken: Exception) -> Wait:
    if isinstance(broken, TimeoutError):
        return Wait.SILENCE
    return Wait.SERVER if isinstance(broken, ConnectionRefusedError) else Wait.LOST


def run(plan: Plan, place: Place, book: Book) -> list[threading.Thread]:
    """Start all clients; return their threads."""
    threads = [
        threading.Thread(
            target=Client(place, plan.total, book).enter, args=(orders,), name=f"client {number}", daemon=True
        )
        for number, orders in enumerate(plan.asked)
    ]
    for thread in threads:
        thread.start()
    return threads


def _body(asked: Asked, today: date) -> bytes:
    body = {
        "customer": asked.customer,
        "customer_reference": asked.key,
        "requested_on": (today + timedelta(days=asked.days_ahead)).isoformat(),
        "lines": [{"product": product, "quantity": str(quantity)} for product, quantity in asked.lines],
    }
    return json.dumps(body).encode()


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _confirmed(told: dict[str, Any]) -> int:
    return sum(int(line["confirmed"]) for line in told["lines"])

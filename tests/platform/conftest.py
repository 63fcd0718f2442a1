"""What the platform's tests share: a ledger of shelves, rivals in threads, and a clock that stands still."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections

from tests.platform import shelves
from troth.platform import schedule
from troth.platform.clock import FixedClock
from troth.platform.web import areas

Outcome = Any


@pytest.fixture(autouse=True)
def _platform_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the apps above have registered is out of the way: their areas lead to pages that are not served here."""
    own = {
        name: one for name, one in schedule._scheduled.items() if one.task.func.__module__.startswith("troth.platform")
    }
    monkeypatch.setattr(schedule, "_scheduled", own)
    monkeypatch.setattr(areas, "_areas", {})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tables of the shelves."""
    marker = request.node.get_closest_marker("django_db")
    assert marker is not None
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    shelves.create_tables()
    yield
    shelves.drop_tables()


@pytest.fixture
def together() -> Callable[..., list[Outcome]]:
    """Run functions at the same time, each on a connection of its own; return answers or the exceptions raised."""

    def run(*functions: Callable[[], Any]) -> list[Outcome]:
        outcomes: list[Outcome] = [None] * len(functions)

        def one(index: int) -> None:
            try:
                outcomes[index] = functions[index]()
            except Exception as error:
                outcomes[index] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(index,)) for index in range(len(functions))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        return outcomes

    return run

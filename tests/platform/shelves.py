"""A ledger for tests: how much lies on a shelf, and two kinds of seats that share a rank."""

import threading
from contextlib import nullcontext
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from django.db import connection

from troth.platform import actions, locks, sql
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.locks import BalanceKey, Held, Rank

PATIENCE_SECONDS = 0.7


@dataclass
class Quantity:
    id: int
    quantity: int


class _Counted(BalanceKey):
    columns: ClassVar[tuple[str, ...]] = ("quantity",)
    initial: ClassVar[dict[str, tuple[str, Any]]] = {"quantity": ("int", 0)}

    @classmethod
    def build(cls, key: Any, row: tuple[Any, ...]) -> Quantity:
        return Quantity(*row)

    @classmethod
    def empty(cls, key: Any) -> Quantity:
        return Quantity(0, 0)


@dataclass(frozen=True, slots=True, order=True)
class Shelf(_Counted):
    rank: ClassVar[Rank] = Rank.STOCK
    table: ClassVar[str] = "test_shelf"
    types: ClassVar[tuple[str, ...]] = ("int", "text")
    site: int
    code: str


@dataclass(frozen=True, slots=True, order=True)
class Seat(_Counted):
    rank: ClassVar[Rank] = Rank.STOCK
    table: ClassVar[str] = "test_seat"
    types: ClassVar[tuple[str, ...]] = ("int",)
    number: int


@dataclass(frozen=True, slots=True, order=True)
class Account(_Counted):
    rank: ClassVar[Rank] = Rank.EXPOSURE
    table: ClassVar[str] = "test_account"
    types: ClassVar[tuple[str, ...]] = ("int",)
    number: int


_COLUMNS = {
    "test_shelf": "site bigint NOT NULL, code text NOT NULL, UNIQUE (site, code)",
    "test_seat": "number bigint NOT NULL UNIQUE",
    "test_account": "number bigint NOT NULL UNIQUE",
}


def create_tables() -> None:
    key = "bigserial PRIMARY KEY" if sql.is_postgres() else "integer PRIMARY KEY AUTOINCREMENT"
    for table, columns in _COLUMNS.items():
        sql.fetch(f"CREATE TABLE {table} (id {key}, quantity bigint NOT NULL, {columns})")


def drop_tables() -> None:
    for table in _COLUMNS:
        sql.fetch(f"DROP TABLE IF EXISTS {table}")


def lying_on(key: BalanceKey) -> int | None:
    table, number = type(key).table, "number" if hasattr(key, "number") else "site"
    rows = sql.fetch(f"SELECT quantity FROM {table} WHERE {number} = %s", (getattr(key, number),))
    return rows[0][0] if rows else None


def write(held: Held, key: BalanceKey, quantity: int) -> None:
    assert held.writes
    balance = held.balance(key)
    balance.quantity = quantity
    sql.update(type(key).table, "id", {"quantity": "int"}, [(balance.id, quantity)])


class Meeting:
    """Where two rivals wait for each other, for as long as patience lasts: who is locked out does not come."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2)

    def wait(self) -> None:
        try:
            self.barrier.wait(PATIENCE_SECONDS)
        except threading.BrokenBarrierError:
            return


@action
def put(key: Any, quantity: int, *, meeting: Meeting | None = None, by: Actor, clock: Clock) -> int:
    """Read a balance under its lock, wait for the rival, write it back."""
    held = locks.begin()
    held.take(key)
    before = held.balance(key).quantity
    if meeting is not None:
        meeting.wait()
    write(held, key, before + quantity)
    return int(before + quantity)


@action
def put_on_each(keys: tuple[Any, ...], *, by: Actor, clock: Clock) -> None:
    held = locks.begin()
    held.take(*keys)
    for key in keys:
        write(held, key, held.balance(key).quantity + 1)


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock out: the clause on PostgreSQL, on SQLite the transaction that is the lock there."""
    if connection.vendor == "postgresql":
        monkeypatch.setattr(locks, "_LOCK", "")
    else:
        monkeypatch.setattr(actions, "transaction", SimpleNamespace(atomic=nullcontext))

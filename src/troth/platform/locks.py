"""Locks: look only with proof.

Two orders that look at the same stock at the same moment must not both get it. So whoever decides first locks, then
reads, then writes, and shows that it did: `Held` is the proof, and every read that decides takes it as an argument.

    order, held = locks.hold(Order, 4711, by=by)             1. the documents, by id
    held.take(CreditKey(…), *availability_keys)              2. the balances, in one fixed order, one statement a kind
    series = held.balance(key)                               3. what was read under the lock

`take` creates rows that are missing, so that there is always something to lock, and locks in the order exposure, its
groups, quota, availability, capacity, stock, fulfilment, journal, and within a kind by key: two transactions that
follow it cannot block each other in a circle. A later `take` may add keys of the same or a later kind, never of an
earlier one. Documents come before all balances, by the `lock_rank` of their model (0 unless it says otherwise), then by
id. SQLite has no row locks; there the transaction itself begins with the one write lock. Only where rows are missing
can the order be broken (those that are there are locked before the missing ones are made): the action is then run
again, as after any deadlock.

An `Overlay` is the same thing without locks and without a pen: rules that run on it see the books as they are, plus
what the run itself supposes, and leave no trace.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache
from math import ceil
from operator import attrgetter
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.db import connection, models, transaction

from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.platform import metrics, sql
from troth.platform.actors import Actor

D = TypeVar("D", bound=models.Model)
T = TypeVar("T")


class Rank(IntEnum):
    """The order in which balances are locked."""

    EXPOSURE = 1
    EXPOSURE_GROUP = 2
    QUOTA = 3
    AVAILABILITY = 4
    CAPACITY = 5
    STOCK = 6
    FULFILMENT = 7
    JOURNAL = 8


class Balance(Protocol):
    """What a ledger keeps per key: built from the columns of its row."""

    id: int


@dataclass(frozen=True, slots=True, order=True)
class BalanceKey:
    """The key of a balance row. A ledger's subclass adds the fields, which are the key columns by the same names.

    `table` is the balance table, `types` the type word of each key column, `columns` what else is read under the lock,
    and `build` makes the balance from (id, *columns).
    """

    rank: ClassVar[Rank]
    table: ClassVar[str]
    types: ClassVar[tuple[str, ...]]
    columns: ClassVar[tuple[str, ...]]
    initial: ClassVar[dict[str, tuple[str, Any]]] = {}

    @classmethod
    def build(cls, key: Self, row: tuple[Any, ...]) -> Any:
        """Return the ledger's balance object for a row (id, *columns)."""
        raise AssertionError(f"{cls.__name__} does not say how its balance is built")

    @classmethod
    def empty(cls, key: Self) -> Any:
        """Return the balance of a key that has no row yet; its id is 0."""
        raise AssertionError(f"{cls.__name__} does not say what an empty balance is")

    @classmethod
    def companions(cls, taken: Iterable[tuple[Self, Any]]) -> "Iterable[BalanceKey]":
        """What must be locked with these keys, as their balances tell once they are; of a later rank."""
        return ()


class KeyNotHeld(AssertionError):
    """A balance was read to decide without its lock: a defect of the program, never of the input."""


class LockOrder(AssertionError):
    """Locks were asked for against the fixed order: a defect of the program, which rivals would meet as a deadlock."""


class Held:
    """Proof that documents and balances are locked by this transaction, and what was read under the locks."""

    writes: ClassVar[bool] = True

    def __init__(self) -> None:
        self._balances: dict[BalanceKey, Any] = {}
        self._documents: dict[tuple[str, int], models.Model] = {}
        self._document_rank = 0

    def take(self, *keys: BalanceKey) -> None:
        """Lock the balances of these keys, creating the rows that are missing. Keys already held cost nothing."""
        wanted: dict[type[BalanceKey], list[BalanceKey]] = {}
        for key in keys:
            wanted.setdefault(type(key), []).append(key)
        while wanted:
            kind = min(wanted, key=_kind_order)
            new = set(wanted.pop(kind)).difference(self._balances)
            if new:
                self._take_kind(kind, sorted(new, key=_reader(kind)))
                for other in kind.companions((key, self._balances[key]) for key in new):
                    wanted.setdefault(type(other), []).append(other)

    def _take_kind(self, kind: type[BalanceKey], keys: list[BalanceKey]) -> None:
        later = max(self._balances, key=lambda key: type(key).rank, default=None)
        if later is not None and type(later).rank > kind.rank:
            raise LockOrder(f"{kind.__name__} is locked before {type(later).__name__}; take both at once")
        if _read(kind, keys, self._balances, lock=True) < len(keys):
            self._make_missing(kind, [key for key in keys if key not in self._balances])

    def _make_missing(self, kind: type[BalanceKey], missing: list[BalanceKey]) -> None:
        """Make the rows that are missing, which locks them; those that a rival made meanwhile are read."""
        columns = dict(zip(_names(kind), kind.types, strict=True))
        extra = {name: word for name, (word, _) in kind.initial.items()}
        values = tuple(value for _, value in kind.initial.values())
        rows = [(*row, *values) for row in _rows(kind, missing)]
        made = sql.insert_missing(kind.table, {**columns, **extra}, rows, returning=_columns(kind))
        _build(kind, missing, made, self._balances)
        theirs = [key for key in missing if key not in self._balances]
        if theirs:
            _read(kind, theirs, self._balances, lock=True)

    def hold(self, model: type[D], *ids: int, by: Actor) -> list[D]:
        """Lock more documents. They come before the balances: once a balance is taken, this is refused."""
        if self._balances:
            raise LockOrder("documents are locked before balances")
        rank = getattr(model, "lock_rank", 0)
        if rank < self._document_rank:
            raise LockOrder(f"{model._meta.label} is locked before documents of a higher lock_rank")
        self._document_rank = rank
        found = _documents(model, ids, by)
        self._documents |= {(model._meta.label, document.pk): document for document in found}
        return found

    def balance(self, key: BalanceKey) -> Any:
        """Return what was read under the lock, with the postings made since by this transaction."""
        try:
            return self._balances[key]
        except KeyError:
            raise KeyNotHeld(f"{key} was read without its lock") from None

    def add_new(self, key: BalanceKey, balance: Any) -> None:
        """Register a balance whose row this transaction inserts itself: nobody else can see it, so it is locked."""
        assert key not in self._balances, f"{key} is held already"
        self._balances[key] = balance

    def require(self, keys: Iterable[BalanceKey]) -> None:
        for key in keys:
            self.balance(key)

    def holds(self, document: models.Model) -> bool:
        return (document._meta.label, document.pk) in self._documents

    def keys(self) -> Iterator[BalanceKey]:
        return iter(self._balances)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint: when the block raises, the locks taken inside it are given back with the writes."""
        # Copies, because postings change a balance in place.
        before = {key: copy(balance) for key, balance in self._balances.items()}
        try:
            with transaction.atomic():
                yield
        except BaseException:
            self._balances = before
            raise


class Overlay(Held):
    """Supposed books: reads without locks, keeps postings in memory, writes nothing."""

    writes: ClassVar[bool] = False

    @classmethod
    def of(cls, held: Held, *keys: BalanceKey) -> Self:
        """Suppose on from what is held: its balances as they stand in this transaction, without another look.

        All of them, or those of `keys`.
        """
        overlay = cls()
        overlay._balances = {key: copy(held._balances[key]) for key in keys or held._balances}
        return overlay

    def _take_kind(self, kind: type[BalanceKey], keys: list[BalanceKey]) -> None:
        _read(kind, keys, self._balances, lock=False)
        for key in keys:
            self._balances.setdefault(key, kind.empty(key))


def hold(model: type[D], document_id: int, *, by: Actor) -> tuple[D, Held]:
    """Lock one document and return it with the proof. `NotFound` if it is not there or not the actor's to see."""
    held = Held()
    [document] = held.hold(model, document_id, by=by)
    return document, held


def refuse_if_changed(document: models.Model, expected_version: int | None) -> None:
    """Refuse a change that was made from another version than the one that is now locked; None: from any."""
    version = getattr(document, "version")  # noqa: B009 - of those models that have one
    if expected_version is not None and version != expected_version:
        number = str(getattr(document, "number", ""))
        name = f"{document._meta.verbose_name} {number}".strip()
        raise ChangedMeanwhile(
            Sentence(
                "%(name)s was changed by somebody else after you opened it. Load it again, then repeat your change.",
                name=f"{name[:1].upper()}{name[1:]}",
            ),
            number=number,
            expected_version=expected_version,
            version=version,
        )


def begin() -> Held:
    """The proof of an action that makes a new document: nothing to lock yet."""
    return Held()


_LOCK = " FOR NO KEY UPDATE OF b"


def _once_per_kind(function: Callable[[Any], T]) -> Callable[[Any], T]:
    return cache(function)


def _kind_order(kind: type[BalanceKey]) -> tuple[int, str]:
    return kind.rank, kind.table


@_once_per_kind
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@_once_per_kind
def _reader(kind: Any) -> Callable[[BalanceKey], Any]:
    return attrgetter(*_names(kind))


def _rows(kind: type[BalanceKey], keys: Iterable[BalanceKey]) -> list[tuple[Any, ...]]:
    """The values of the key columns, one row each."""
    reader = _reader(kind)
    rows = [reader(key) for key in keys]
    return rows if len(_names(kind)) > 1 else [(value,) for value in rows]


@_once_per_kind
def _columns(kind: Any) -> tuple[str, ...]:
    """What is read of a balance: its key, its id, and what its ledger keeps."""
    return (*_names(kind), "id", *kind.columns)


@_once_per_kind
def _clauses(kind: Any) -> tuple[str, str, str]:
    """The join condition, the order and the selected columns of a locked read."""
    names = _names(kind)
    return (
        " AND ".join(f"b.{name} = k.{name}" for name in names),
        ", ".join(f"b.{name}" for name in names),
        ", ".join(f"b.{name}" for name in _columns(kind)),
    )


def _read(kind: type[BalanceKey], keys: list[BalanceKey], into: dict[BalanceKey, Any], *, lock: bool) -> int:
    """Read the rows of these keys into the balances; return how many there are."""
    names = _names(kind)
    with_clause, source, parameters = sql.relation("k", dict(zip(names, kind.types, strict=True)), _rows(kind, keys))
    on, ordered, wanted = _clauses(kind)
    tail = _LOCK if lock and sql.is_postgres() else ""
    statement = f"{with_clause} SELECT {wanted} FROM {kind.table} b JOIN {source} ON {on} ORDER BY {ordered}{tail}"
    with metrics.waiting_for(kind.table) if tail else nullcontext():
        rows = sql.fetch(statement, parameters)
    _build(kind, keys, rows, into)
    return len(rows)


def _build(
    kind: type[BalanceKey], keys: list[BalanceKey], rows: Iterable[tuple[Any, ...]], into: dict[BalanceKey, Any]
) -> None:
    """Make the balances of rows. The key is the one that was asked for, so that looking it up again is quick."""
    asked, width = dict(zip(_rows(kind, keys), keys, strict=True)), len(_names(kind))
    for row in rows:
        key = asked[row[:width]]
        into[key] = kind.build(key, row[width:])


def _documents(model: type[D], ids: tuple[int, ...], by: Actor) -> list[D]:
    assert connection.in_atomic_block, "locks are held inside an action"
    # Ids in ascending order: two transactions that want the same documents meet at the first one.
    table, key, lock = (
        model._meta.db_table,
        str(model._meta.pk.column),
        " FOR NO KEY UPDATE" if sql.is_postgres() else "",
    )
    chosen, parameters = sql.one_of(key, ids)
    query = model._default_manager.raw(f"SELECT * FROM {table} WHERE {chosen} ORDER BY {key}{lock}", parameters)
    with metrics.waiting_for(table):
        found = {document.pk: document for document in query}
    for wanted in ids:
        document = found.get(wanted)
        if document is None or not _reaches(by, document):
            name = Sentence(str(model._meta.verbose_name))
            said = Sentence("There is no %(name)s %(id)s that you may work on.", name=name, id=wanted)
            raise NotFound(said, kind=model._meta.label_lower, id=wanted)
    return [found[wanted] for wanted in ids]


def _reaches(by: Actor, document: models.Model) -> bool:
    """Whether the actor sees the document; raises `NotAllowed` if so, but without the right to the running action."""
    from troth.platform import actions

    company_id = getattr(document, "company_id", None)
    site_id = getattr(document, "site_id", None)
    if company_id is None:
        return True
    if not by.sees(company_id, site_id):
        return False
    actions.require(by, company_id=company_id, site_id=site_id)
    return True


class ChangedMeanwhile(BusinessError):
    """Somebody else changed the document after it was read."""

    code = "changed_meanwhile"


class Busy(BusinessError):
    """Somebody else holds what is needed for longer than the lock timeout.

    `retry_after_seconds` says when to try again. Nothing is known of who holds it but that they have held it so long:
    then as long again is the best guess.
    """

    code = "busy"

    def __init__(self, message: Sentence, *, waited_seconds: float) -> None:
        seconds = min(max(ceil(waited_seconds), 1), LONGEST_WAIT_SECONDS)
        super().__init__(message, retry_after_seconds=seconds)


LONGEST_WAIT_SECONDS = 60

"""Searches in long lists: a word that few rows have is looked up once, and the list then reads those rows alone.

Each app says in conditions where a word may stand, the number, a name, the customer's own number. Asked for together,
joined by "or", no index serves them and every row is read, once for the page and once more for the count. Asked for one
by one, each has an index of its own, at least one that is much smaller than the table.

A word that many rows have needs no looking up: a page of them is soon full.

On PostgreSQL a piece of three letters or more is found by indexes of such pieces (`Searched`), where the extension
pg_trgm is there or may be created; without it all numbers are read, as on SQLite, which is fast enough for a million
order lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet

from troth.platform import sql

MANY = 1_000
"""A word that more rows have is not looked up, and a search for it does not count further."""
FEW = 200
"""So many customers are named one by one."""
PIECE = 3
"""Indexes of pieces hold so many letters together."""

Places = Callable[[str], Sequence[Q]]
"""Where a word may stand: conditions, each of which an index serves; the one that many rows may meet comes first."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that have all words; `most` says how far they may be counted, None for as far as lists count."""

    rows: QuerySet[Any]
    most: int | None = None


def narrowed(rows: QuerySet[Any], words: str, places: Places) -> Found:
    """Narrow the rows to those in which each of the words stands in one of its places."""
    most = None
    for word in words.split():
        conditions = places(word)
        ids = _few(rows.model, conditions)
        if ids is not None:
            rows = rows.filter(pk__in=ids)
            continue
        most, either = MANY, Q()
        for one in conditions:
            either |= one
        rows = rows.filter(either)
    return Found(rows, most)


class _IsListed(Func):
    arg_joiner = " = ANY(ARRAY"
    template = "%(expressions)s)"
    output_field = BooleanField()


def listed(ids: QuerySet[Any, Any]) -> Q:
    """The rows whose ids another table has a short list of, as those that a partial index keeps.

    PostgreSQL takes a condition that compares two columns for true of a third of all rows, and would rather read the
    whole table than look up so many; as a list it looks up what there is.
    """
    return Q(_IsListed(F("pk"), ids)) if sql.is_postgres() else Q(pk__in=ids)


def _few(model: type[Model], conditions: Sequence[Q]) -> list[int] | None:
    """The ids of the rows that meet one of the conditions; None where they are many."""
    first, *others = (model._default_manager.filter(one).order_by().values_list("pk", flat=True) for one in conditions)
    ids = list(first.union(*others, all=True)[: MANY + 1])
    return None if len(ids) > MANY else sorted(set(ids))


def containing(field: str, word: str) -> Q:
    """The field has the word in it, whatever its capitals.

    What has no capitals and is too short for an index of pieces is compared as it stands: to turn each number of a
    table into capitals costs PostgreSQL ten times as much as to look into it.
    """
    plain = len(word) < PIECE and _has_no_capitals(word)
    return Q(**{f"{field}__{'contains' if plain else 'icontains'}": word})


def equal(field: str, word: str) -> Q:
    """The field is the word, whatever its capitals."""
    return Q(**{field if _has_no_capitals(word) else f"{field}__iexact": word})


def _has_no_capitals(word: str) -> bool:
    return word.upper() == word.lower()


def among(field: str, ids: QuerySet[Any, int]) -> Q:
    """The field is one of these ids; where they are few they are looked up now, for all that will ask for them."""
    few = list(ids[: FEW + 1])
    return Q(**{f"{field}__in": ids if len(few) > FEW else few})


@dataclass(frozen=True, slots=True)
class Searched:
    """A column in which pieces are looked for; only the rows that meet the condition have any."""

    table: str
    column: str
    condition: str = ""

    @property
    def index(self) -> str:
        return f"{self.table}_{self.column}_pieces"

    @property
    def create_sql(self) -> str:
        where = f" WHERE {self.condition}" if self.condition else ""
        # The words are those of Django's `icontains`: PostgreSQL compares them.
        return (
            f"CREATE INDEX IF NOT EXISTS {self.index} ON {self.table}"
            f" USING gin (UPPER({self.column}::text) gin_trgm_ops){where}"
        )


_searched: dict[str, Searched] = {}


def register(*columns: Searched) -> None:
    """Have the columns indexed by pieces, where the database can."""
    _searched.update({one.index: one for one in columns})


def missing(using: str = DEFAULT_DB_ALIAS) -> list[Searched]:
    """The declared indexes that are not there though their table is; none on SQLite, which has no such indexes."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not _searched:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[], %s::text[]) AS wanted(name, tab)"
            " WHERE to_regclass(tab) IS NOT NULL AND to_regclass(name) IS NULL",
            [list(_searched), [one.table for one in _searched.values()]],
        )
        return [_searched[name] for (name,) in cursor.fetchall()]


def index_after_migrate(*, using: str, app_config: Any, **_: Any) -> None:
    """Receiver of `post_migrate`: make the indexes that are missing, or go on without where the database refuses.

    They are no migration, so that they are made with the next one after somebody has created the extension.
    """
    if app_config.label != "platform":
        return
    wanted = missing(using)
    if not wanted or not _has_extension(using):
        return
    with connections[using].cursor() as cursor:
        for one in wanted:
            cursor.execute(one.create_sql)


def _has_extension(using: str) -> bool:
    """Whether pg_trgm is there, or could be created: who may create in the database may do so since PostgreSQL 13."""
    try:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return False
    return True

"""Keyset paging: the next page begins after the last row seen, not after a number of rows.

An insert or delete before the cursor moves nothing on the pages that follow, and page 1,000 costs what page 1 does. The
cursor is the last row's sort values and a direction, in base64 JSON. It is unsigned: it says where to read, never what
may be read, and a malformed one is refused.

    order=("-entered_on", "-id")   page 1: 9 8 7   after 7: 6 5 4   before 6: 9 8 7
"""

from __future__ import annotations

import base64
import bisect
import json
from binascii import Error as BadBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from troth.kernel.errors import InvalidInput

COUNT_LIMIT = 10_000


class InvalidCursor(InvalidInput):
    code = "invalid_cursor"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the cursors around them. `count` is None where it was not asked for or is above `most`."""

    rows: Sequence[Any]
    next: str | None = None
    previous: str | None = None
    count: int | None = None
    most: int = COUNT_LIMIT


@dataclass(frozen=True, slots=True)
class _Key:
    path: str
    descending: bool
    field: Field[Any, Any] | None

    def value(self, row: Any) -> Any:
        if isinstance(row, dict):
            return row[self.path]
        for name in self.path.split("__"):
            row = getattr(row, name)
        return row

    def read(self, value: Any) -> Any:
        return self.field.to_python(value) if self.field is not None else value

    @property
    def nullable(self) -> bool:
        return self.field is None or self.field.null or "__" in self.path

    def order_by(self, reverse: bool) -> OrderBy:
        """Null counts as the smallest value on every database."""
        descending = self.descending != reverse
        if not self.nullable:
            return OrderBy(F(self.path), descending=descending)
        return OrderBy(
            F(self.path), descending=descending, nulls_first=not descending or None, nulls_last=descending or None
        )

    def beyond(self, value: Any, reverse: bool) -> Q | None:
        """The rows strictly past `value` in this key alone; None where there are none."""
        if self.descending != reverse:
            if value is None:
                return None
            smaller = Q(**{f"{self.path}__lt": value})
            return smaller | Q(**{f"{self.path}__isnull": True}) if self.nullable else smaller
        return Q(**{f"{self.path}__isnull": False}) if value is None else Q(**{f"{self.path}__gt": value})

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})


def page(
    queryset: QuerySet[Any],
    order: Sequence[str] = ("-id",),
    after: str | None = None,
    limit: int = 50,
    *,
    count: bool = False,
    most: int | None = None,
) -> Page:
    """Return up to `limit` rows past the cursor `after`, which may point either way.

    `order` names fields, "-" for descending, across relations by "__"; the primary key is added so that no two rows
    tie. Counts to `most`, or 10,000. Raises InvalidCursor for a cursor that this order did not make.
    """
    assert limit > 0
    keys = _keys(queryset, order)
    backwards, values = _read_cursor(after, keys) if after else (False, None)
    found = queryset.order_by(*(key.order_by(backwards) for key in keys))
    if values is not None:
        found = found.filter(_past(keys, values, backwards))
    rows = list(found[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    has_next, has_previous = (bool(rows), more) if backwards else (more, values is not None and bool(rows))
    return Page(
        rows=rows,
        next=_cursor(rows[-1], keys, "n") if has_next else None,
        previous=_cursor(rows[0], keys, "p") if has_previous else None,
        count=_counted(queryset, rows, most, is_whole=values is None and not more) if count else None,
        most=most or COUNT_LIMIT,
    )


def _counted(queryset: QuerySet[Any], rows: Sequence[Any], most: int | None, *, is_whole: bool) -> int | None:
    """The number of rows in all; where the first page holds them all, they are not read again."""
    return len(rows) if is_whole else bounded_count(queryset, most)


def page_of_marks(marks: Iterable[str], after: str | None = None, limit: int = 50) -> Page:
    """Return up to `limit` marks past `after`, where all marks of a list are known and sort as the list does.

    A mark begins with a day, and an id with leading zeros may follow. It is the cursor of the page that follows it, and
    with "<" in front the cursor of the page before it.
    """
    ordered = sorted(marks)
    if after and not after.removeprefix("<")[:1].isdigit():
        raise InvalidCursor("This page mark is not valid. Begin again from the first page.", field="after")
    if after and after.startswith("<"):
        end = bisect.bisect_left(ordered, after[1:])
        start = max(end - limit, 0)
    else:
        start = bisect.bisect_right(ordered, after or "")
        end = start + limit
    chosen = ordered[start:end]
    return Page(
        rows=chosen,
        next=chosen[-1] if chosen and end < len(ordered) else None,
        previous=f"<{chosen[0]}" if chosen and start else None,
        count=len(ordered) if len(ordered) <= COUNT_LIMIT else None,
    )


def bounded_count(queryset: QuerySet[Any], most: int | None = None) -> int | None:
    """The number of rows, or None above `most`, 10,000 unless told: an exact count would read them all."""
    limit = most or COUNT_LIMIT
    counted = queryset.select_related(None).order_by()[: limit + 1].count()
    return counted if counted <= limit else None


def _keys(queryset: QuerySet[Any], order: Sequence[str]) -> list[_Key]:
    model: type[Model] = queryset.model
    primary = model._meta.pk
    assert primary is not None
    names = [name.lstrip("-") for name in order]
    complete = list(order) if {"pk", "id", primary.name} & set(names) else [*order, primary.name]
    return [_Key(name.lstrip("-"), name.startswith("-"), _field(model, name.lstrip("-"))) for name in complete]


def _field(model: type[Model], path: str) -> Field[Any, Any] | None:
    """The column behind a path; None for an annotation, whose values pass through JSON as they are."""
    found: Any = None
    current: Any = model
    for part in path.split("__"):
        try:
            found = current._meta.pk if part == "pk" else current._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        current = found.related_model or current
    column: Field[Any, Any] = getattr(found, "target_field", found) if found.is_relation else found
    return column


def _past(keys: Sequence[_Key], values: Sequence[Any], reverse: bool) -> Q:
    """Rows past the cursor: past in the first key, or equal in it and past in the second, and so on."""
    past = Q()
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        beyond = key.beyond(value, reverse)
        if beyond is not None:
            past |= equal & beyond
        equal &= key.same(value)
    return past


def _cursor(row: Any, keys: Sequence[_Key], direction: str) -> str:
    content = [direction, *(key.value(row) for key in keys)]
    packed = json.dumps(content, default=_text, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _text(value: Any) -> str:
    """Dates and instants to the microsecond, decimals and ids as text; the field reads them back."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_cursor(cursor: str, keys: Sequence[_Key]) -> tuple[bool, list[Any]]:
    try:
        direction, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if direction not in ("n", "p") or len(values) != len(keys):
            raise ValueError(cursor)
        return direction == "p", [None if v is None else key.read(v) for key, v in zip(keys, values, strict=True)]
    except (BadBase64, ValueError, TypeError, ValidationError) as error:
        raise InvalidCursor("This page mark is not valid. Begin again from the first page.", field="after") from error

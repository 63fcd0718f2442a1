"""Records that take several rows of a file: what is said of the record itself stands in each, and it comes in whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.business.masterdata.rules import Field, read
from troth.kernel.errors import BusinessError, InvalidInput, Sentence

Rows = Sequence[Mapping[str, str]]


@dataclass(slots=True)
class Whole:
    """The rows of one record, by number and as they were read; `head` is what the first says of the record itself."""

    head: dict[str, Any]
    numbers: list[int] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.numbers[0]


class BelongsTogether(InvalidInput):
    """A row that cannot come in without another of the same record, or says something else of it."""

    code = "belongs_together"


def wholes(
    fields: Mapping[str, Field], key: Sequence[str], head: Sequence[str], rows: Rows
) -> tuple[dict[tuple[Any, ...], Whole], list[BusinessError]]:
    """The records of a file by their key, and the refusals of rows that cannot be read or differ in their head."""
    found, refusals = dict[tuple[Any, ...], Whole](), list[BusinessError]()
    for number, row in enumerate(rows, start=1):
        values, refused = read(fields, {name: row.get(name, "") for name in fields}, row=number)
        refusals += refused
        if refused:
            continue
        one = found.setdefault(tuple(values[name] for name in key), Whole({name: values[name] for name in head}))
        one.numbers.append(number)
        one.rows.append(values)
        refusals += _differing(one, values, number)
    return found, refusals


def _differing(one: Whole, values: Mapping[str, Any], number: int) -> Iterable[BusinessError]:
    for name, value in one.head.items():
        if values[name] != value:
            sentence = Sentence("Row %(other)s says something else of it. Write the same in both.", other=one.first)
            yield BelongsTogether(sentence, row=number, field=name)


def all_or_none(rows: Rows, key: Sequence[str], refusals: Sequence[BusinessError]) -> list[BusinessError]:
    """With a refusal for every other row of a record of which one is refused: without it the record would lose what the
    row says. A row without its key may belong to the one before or the one after."""
    keys = [tuple(row.get(name, "").strip() for name in key) for row in rows]
    refused = {one.row for one in refusals if one.row}
    because = dict[tuple[str, ...], int]()
    for row in sorted(refused):
        near = [keys[row - 1]] if all(keys[row - 1]) else [*keys[max(row - 2, 0) : row - 1], *keys[row : row + 1]]
        for one in near:
            because.setdefault(one, row)
    found = list(refusals)
    for row, one in enumerate(keys, start=1):
        if one in because and row not in refused:
            sentence = Sentence(
                "Row %(other)s, which belongs to this one, is refused. Mend that row.", other=because[one]
            )
            found.append(BelongsTogether(sentence, row=row, field=key[-1]))
    return sorted(found, key=lambda one: one.row or 0)

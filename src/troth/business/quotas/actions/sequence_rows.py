"""Quota sequences as rows of a file: a row for each product or group that a sequence holds for.

What is said of the sequence itself stands in each of its rows, and one that holds for nothing yet has one row without
product and group. A sequence comes in whole: what its rows do not name it holds for no more, so none of them is left
out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.business.masterdata.actions import Brought
from troth.business.masterdata.rules import As, Field, read
from troth.business.quotas.actions.drafts import ReachDraft, SequenceDraft
from troth.business.quotas.actions.maintain import write_sequences
from troth.business.quotas.actions.rows import Wanted, write_or_refuse
from troth.business.quotas.models import Reach
from troth.business.quotas.models import Sequence as SequenceRow
from troth.business.quotas.rules import WrongQuota
from troth.kernel.errors import BusinessError, Refusals, Sentence
from troth.platform import locks
from troth.platform.actors import Actor
from troth.platform.clock import Clock

Rows = Sequence[Mapping[str, str]]
_HEAD = ("name", "procedures", "is_active")
_REACH = ("product", "product_group", "valid_from_on", "valid_to_on")

FIELDS: Mapping[str, Field] = {
    "code": Field(As.TEXT, 20, required=True, is_key=True),
    "product": Field(As.TEXT, 40, is_key=True),
    "product_group": Field(As.TEXT, 60, is_key=True),
    "valid_from_on": Field(As.DAY, standard=None, is_key=True),
    "valid_to_on": Field(As.DAY, standard=None),
    "name": Field(As.TEXT, 80, required=True),
    "procedures": Field(As.TEXT, 400, required=True),
    "is_active": Field(As.YES_NO, standard=True),
}


@dataclass(slots=True)
class Part:
    """What the rows of one sequence say: its head, which is that of the first, and what it holds for, with its rows."""

    row: int
    head: dict[str, Any]
    rows: list[int] = field(default_factory=list)
    reaches: list[ReachDraft] = field(default_factory=list)
    reach_rows: list[int] = field(default_factory=list)


def bring_sequences(rows: Rows, *, by: Actor, clock: Clock) -> Brought:
    """Inner verb of `import_table`."""
    parts, refusals = _parts(rows)
    try:
        return _bring(parts, refusals, by=by, clock=clock)
    except Refusals as refused:
        raise Refusals(_whole(rows, refused.refusals)) from None


def _bring(parts: Mapping[str, Part], refusals: list[BusinessError], *, by: Actor, clock: Clock) -> Brought:
    held = locks.begin()
    ids = SequenceRow.objects.filter(code__in=parts).values_list("pk", flat=True)
    there = {one.code: one for one in held.hold(SequenceRow, *ids, by=by)} if ids else {}
    wanted, count = list[Wanted[SequenceDraft]](), {"created": 0, "changed": 0, "unchanged": 0}
    for code, part in parts.items():
        record = there.get(code)
        codes = [one.strip() for one in part.head["procedures"].split(",") if one.strip()]
        draft = SequenceDraft(code, part.head["name"], codes, part.reaches, part.head["is_active"])
        if record is not None and _is_same(record, draft):
            count["unchanged"] += len(part.rows)
            continue
        count["created" if record is None else "changed"] += len(part.rows)
        wanted.append(Wanted(draft, record or SequenceRow(version=0), part.row, part.reach_rows))

    def write() -> None:
        if wanted:
            write_sequences(held, wanted, by=by, clock=clock)

    write_or_refuse(refusals, write)
    return Brought(count["created"], count["changed"], count["unchanged"])


def _parts(rows: Rows) -> tuple[dict[str, Part], list[BusinessError]]:
    """What the rows say by sequence, and the refusals of those that cannot be read."""
    parts, refusals = dict[str, Part](), list[BusinessError]()
    for number, row in enumerate(rows, start=1):
        values, refused = read(FIELDS, {name: row.get(name, "") for name in FIELDS}, row=number)
        refusals += refused
        if refused:
            continue
        part = parts.setdefault(values["code"], Part(number, {name: values[name] for name in _HEAD}))
        refusals += _differing(part, values, number)
        part.rows.append(number)
        if any(values[name] for name in _REACH):
            refusals += _reach(part, values, number)
    for part in parts.values():
        empty = set(part.rows) - set(part.reach_rows)
        refusals += [_nothing(number) for number in sorted(empty)] if len(part.rows) > 1 else []
    return parts, refusals


def _differing(part: Part, values: Mapping[str, Any], number: int) -> Iterable[BusinessError]:
    for name in _HEAD:
        if values[name] != part.head[name]:
            sentence = Sentence(
                "Row %(other)s says something else of the same sequence. Write the same in both.", other=part.row
            )
            yield WrongQuota(sentence, row=number, field=name)


def _reach(part: Part, values: Mapping[str, Any], number: int) -> Iterable[BusinessError]:
    part.reach_rows.append(number)
    if values["valid_from_on"] is None:
        yield WrongQuota(
            Sentence("Enter the first day on which the sequence holds."), row=number, field="valid_from_on"
        )
        return
    part.reaches.append(ReachDraft(**{name: values[name] for name in _REACH}))


def _nothing(number: int) -> BusinessError:
    sentence = Sentence("The sequence has other rows. Enter a product or a product group, or remove this row.")
    return WrongQuota(sentence, row=number, field="product")


def _whole(rows: Rows, refusals: Sequence[BusinessError]) -> list[BusinessError]:
    """With a refusal for every other row of a sequence of which one is refused. A row without a code may belong to the
    one before or the one after."""
    codes = [row.get("code", "").strip() for row in rows]
    refused = {one.row for one in refusals if one.row}
    for one in refusals:
        # What a form has as one field stands in columns here.
        one.field = "product" if one.field == "reaches" else one.field
    culprits = dict[str, int]()
    for row in sorted(refused):
        near = [codes[row - 1]] if codes[row - 1] else [*codes[max(row - 2, 0) : row - 1], *codes[row : row + 1]]
        for code in near:
            culprits.setdefault(code, row)
    found = list(refusals)
    for row, code in enumerate(codes, start=1):
        if code in culprits and row not in refused:
            sentence = Sentence(
                "A sequence comes in whole, and row %(other)s of it is refused. Mend that one.", other=culprits[code]
            )
            found.append(WrongQuota(sentence, row=row, field="code"))
    return sorted(found, key=lambda one: one.row or 0)


def _is_same(record: SequenceRow, draft: SequenceDraft) -> bool:
    steps = record.steps.order_by("position").values_list("procedure__code", flat=True)
    stands = (record.name, list(steps), record.is_active, sorted(_reach_of(one) for one in _reaches(record)))
    return stands == (draft.name, draft.procedures, draft.is_active, sorted(map(_named, draft.reaches)))


def _reaches(record: SequenceRow) -> Iterable[Reach]:
    return record.reaches.select_related("product")


def _reach_of(one: Reach) -> tuple[str, ...]:
    number = one.product.number if one.product else ""
    return number, one.product_group, str(one.valid_from_on), str(one.valid_to_on)


def _named(one: ReachDraft) -> tuple[str, ...]:
    return one.product, one.product_group, str(one.valid_from_on), str(one.valid_to_on)


def rows_of(record: SequenceRow) -> list[dict[str, Any]]:
    """The rows of a sequence whose procedures and reaches were read."""
    steps = sorted(record.steps.all(), key=lambda step: step.position)
    head = {
        "code": record.code, "name": record.name, "is_active": record.is_active,
        "procedures": ", ".join(step.procedure.code for step in steps),
    }  # fmt: skip
    nothing: dict[str, Any] = dict.fromkeys(_REACH)
    return [head | nothing | _written(one) for one in sorted(record.reaches.all(), key=_reach_of)] or [head | nothing]


def _written(one: Reach) -> dict[str, Any]:
    return {
        "product": one.product.number if one.product else "", "product_group": one.product_group,
        "valid_from_on": one.valid_from_on, "valid_to_on": one.valid_to_on,
    }  # fmt: skip

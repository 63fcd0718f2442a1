"""Quota sequences as rows of a file: a row for each product or group that a sequence holds for.

What is said of the sequence itself stands in each of its rows, and one that holds for nothing yet has one row without
product and group. A sequence comes in whole: what its rows do not name it holds for no more, so none of them is left
out.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from troth.business.masterdata.actions import Brought
from troth.business.masterdata.parts import Rows, Whole, all_or_none, wholes
from troth.business.masterdata.rules import As, Field
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

KEY = ("code",)
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


def bring_sequences(rows: Rows, *, by: Actor, clock: Clock) -> Brought:
    """Inner verb of `import_table`."""
    found, refusals = wholes(FIELDS, KEY, _HEAD, rows)
    try:
        return _bring(found, refusals, by=by, clock=clock)
    except Refusals as refused:
        for one in refused.refusals:
            # What a form has as one field stands in columns here.
            one.field = "product" if one.field == "reaches" else one.field
        raise Refusals(all_or_none(rows, KEY, refused.refusals)) from None


def _bring(
    found: Mapping[tuple[Any, ...], Whole], refusals: list[BusinessError], *, by: Actor, clock: Clock
) -> Brought:  # fmt: skip
    held = locks.begin()
    ids = SequenceRow.objects.filter(code__in=[code for (code,) in found]).values_list("pk", flat=True)
    there = {one.code: one for one in held.hold(SequenceRow, *ids, by=by)} if ids else {}
    wanted, count = list[Wanted[SequenceDraft]](), {"created": 0, "changed": 0, "unchanged": 0}
    for (code,), whole in found.items():
        record = there.get(code)
        reaches, numbers, refused = _reaches_of(whole)
        refusals += refused
        codes = [one.strip() for one in whole.head["procedures"].split(",") if one.strip()]
        draft = SequenceDraft(code, whole.head["name"], codes, reaches, whole.head["is_active"])
        if record is not None and _is_same(record, draft):
            count["unchanged"] += len(whole.rows)
            continue
        count["created" if record is None else "changed"] += len(whole.rows)
        wanted.append(Wanted(draft, record or SequenceRow(version=0), whole.first, numbers))

    def write() -> None:
        if wanted:
            write_sequences(held, wanted, by=by, clock=clock)

    write_or_refuse(refusals, write)
    return Brought(count["created"], count["changed"], count["unchanged"])


def _reaches_of(whole: Whole) -> tuple[list[ReachDraft], list[int], list[BusinessError]]:
    """What the rows of a sequence say that it holds for, their numbers, and what is refused of them."""
    reaches, numbers, refusals = list[ReachDraft](), list[int](), list[BusinessError]()
    for number, values in zip(whole.numbers, whole.rows, strict=True):
        reach = {name: values[name] for name in _REACH}
        if values["valid_from_on"] is not None:
            reaches.append(ReachDraft(**reach))
            numbers.append(number)
        elif any(reach.values()):
            sentence = Sentence("Enter the first day on which the sequence holds.")
            refusals.append(WrongQuota(sentence, row=number, field="valid_from_on"))
        elif len(whole.rows) > 1:
            sentence = Sentence("The sequence has other rows. Enter a product or a product group, or remove this row.")
            refusals.append(WrongQuota(sentence, row=number, field="product"))
    return reaches, numbers, refusals


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

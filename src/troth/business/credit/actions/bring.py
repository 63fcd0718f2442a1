"""Credit accounts as rows of a file: all or none, and what waits on an account that changed is judged again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from troth.business.credit.actions import groups, rows_of
from troth.business.credit.actions.fallen import note_limits
from troth.business.credit.actions.release import NO_PARENT, Standing, refuse_limit, write_limit
from troth.business.credit.models import CreditAccount
from troth.business.credit.rules import CreditAccountUnknown
from troth.business.masterdata.actions import Brought
from troth.business.masterdata.rules import As, Field, complete, read
from troth.kernel.errors import BusinessError, Refusals
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import locks
from troth.platform.actions import action, supposed
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.reference.models import Party

Rows = Sequence[Mapping[str, str]]
AMOUNTS = ("limit", "guaranteed")

FIELDS: Mapping[str, Field] = {
    "company": Field(As.TEXT, 10, required=True, is_key=True),
    "payer": Field(As.TEXT, 40, required=True, is_key=True),
    "limit": Field(As.AMOUNT, 24, standard=None),
    "currency": Field(As.TEXT, 3),
    "risk_class": Field(As.TEXT, 10),
    "guaranteed": Field(As.AMOUNT, 24, standard=0),
    "dunning_level": Field(As.WHOLE, 9, standard=0),
    "review_on": Field(As.DAY, standard=None),
    "parent": Field(As.TEXT, 40),
}
KEPT = ("limit", "risk_class", "guaranteed", "dunning_level", "review_on")


@action
def import_accounts(rows: Rows, *, preview: bool = False, by: Actor, clock: Clock) -> Brought:
    """Set the limit of each payer in these rows, and what stands beside it; counts rows.

    `Refusals` by row and column. A `preview` refuses all the same and writes nothing.
    """
    brought = partial(_bring, rows, by=by, clock=clock)
    return supposed(brought) if preview else brought()


@dataclass(slots=True)
class Line(rows_of.PayerRow):
    """A row that was read; `record` is the account that is there, `parent` whom it is to belong to."""

    parent: ExposureKey | None = None
    record: CreditAccount | None = None


def _bring(rows: Rows, *, by: Actor, clock: Clock) -> Brought:
    lines, refusals = list[Line](), list[BusinessError]()
    for number, given in enumerate(rows, start=1):
        values, refused = read(FIELDS, given, row=number)
        refusals += refused
        if not refused:
            lines.append(Line(number, given, values))
    refusals += rows_of.understand(lines, AMOUNTS, by=by)
    _name_parents(lines)
    refused_rows = {one.row for one in refusals}
    lines = [one for one in lines if one.row not in refused_rows]
    refusals += rows_of.twins(lines, lambda one: one.key)
    # What `claim` reads under these locks is an account as it was before the file, or as it is after it.
    moves, held = _moves(lines, refusals), locks.begin()
    concerned = (key for company_id, changes in moves.items() for key in groups.keys(company_id, changes))
    held.take(*{one.key for one in lines}, *concerned)
    for company_id, changes in moves.items():
        groups.refuse_outdated(held, company_id, changes)
    new, changed = _compare(lines, moves, refusals)
    if refusals:
        raise Refusals(sorted(refusals, key=lambda one: one.row or 0))
    for one in _parents_first([*new, *changed]):
        values = {name: one.values[name] for name in KEPT}
        write_limit(_record(one), {**values, "parent_id": _parent_id(one)}, by, clock)
    for company_id, changes in moves.items():
        groups.regroup(held, company_id, changes)
    note_limits([one.key for one in (*new, *changed)], by=by, clock=clock)
    return Brought(len(new), len(changed), len(lines) - len(new) - len(changed))


def _name_parents(lines: Sequence[Line]) -> None:
    """Whom accounts are to belong to; that there is such an account is looked at when all rows are known."""
    numbers = {number for one in lines if (number := one.values.get("parent"))}
    parties = dict(Party.objects.filter(number__in=numbers).values_list("number", "pk")) if numbers else {}
    for one in lines:
        if number := one.values.get("parent"):
            one.parent = ExposureKey(one.key.company_id, parties.get(number, 0))


def _moves(lines: Sequence[Line], refusals: list[BusinessError]) -> dict[int, dict[int, int | None]]:
    """Whom accounts are to belong to that belong to others now, by company; loops are refused by row."""
    found: dict[int, dict[int, int | None]] = {}
    before = {company_id: groups.parents(company_id) for company_id in {one.key.company_id for one in lines}}
    for one in (one for one in lines if "parent" in one.values):
        wanted = None if one.parent is None else one.parent.party_id
        if before[one.key.company_id].get(one.key.party_id) != wanted:
            found.setdefault(one.key.company_id, {})[one.key.party_id] = wanted
    for company_id, changes in list(found.items()):
        try:
            groups.changed(before[company_id], changes)
        except BusinessError as refusal:
            rows = [one.row for one in lines if one.key == ExposureKey(company_id, refusal.facts["party"])]
            refusals.append(type(refusal)(refusal.message, row=rows[0], field="parent"))
            del found[company_id]
    return found


def _parents_first(lines: Sequence[Line]) -> list[Line]:
    """So that whom a new account belongs to is there when it is written."""
    by_key = {one.key: one for one in lines}

    def depth(one: Line) -> int:
        above = by_key.get(one.parent) if one.parent else None
        return 0 if above is None else depth(above) + 1

    return sorted(lines, key=depth)


def _parent_id(one: Line) -> int | None:
    if "parent" not in one.values:
        return one.record.parent_id if one.record else None
    if one.parent is None:
        return None
    return CreditAccount.objects.values_list("pk", flat=True).get(
        company_id=one.parent.company_id, party_id=one.parent.party_id
    )


def _compare(
    lines: Sequence[Line], moves: Mapping[int, Mapping[int, int | None]], refusals: list[BusinessError]
) -> tuple[list[Line], list[Line]]:
    """Those whose account is new, and those that change one; what cannot be is refused."""
    new, changed = list[Line](), list[Line]()
    there = rows_of.accounts([one.key for one in lines])
    known = {*there, *(one.key for one in lines), *rows_of.accounts([one.parent for one in lines if one.parent])}
    for one in lines:
        if one.parent is not None and one.parent not in known:
            refusals.append(CreditAccountUnknown(NO_PARENT, row=one.row, field="parent", value=one.values["parent"]))
        one.record = there.get(one.key)
        if one.record is None:
            one.values, lacking = complete(FIELDS, one.values, given=one.given, row=one.row)
            refusals += lacking
            new.append(one)
        elif one.key.party_id in moves.get(one.key.company_id, {}) or any(
            name in one.values and one.values[name] != getattr(one.record, name) for name in KEPT
        ):
            changed.append(one)
        asked = {"parent": one.values["parent"]} if "parent" in one.values else {}
        one.values = {name: one.values.get(name, getattr(one.record, name, None)) for name in KEPT} | asked
        refusals += _refused(one)
    return new, changed


def _refused(one: Line) -> Iterable[BusinessError]:
    values = {name: one.values[name] for name in KEPT}
    try:
        refuse_limit(values.pop("limit"), Standing(**values))
    except BusinessError as refusal:
        yield type(refusal)(refusal.message, row=one.row, field=refusal.field, **refusal.facts)


def _record(one: Line) -> CreditAccount:
    return one.record or CreditAccount(company_id=one.key.company_id, party_id=one.key.party_id, version=0)

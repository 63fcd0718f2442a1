"""What a run changes over the API, line by line."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.business.backorders import queries, words
from troth.business.backorders.models import Change, Run
from troth.business.promising.rules.explain import spelled_period
from troth.business.quotas.queries import ProcedureTerms
from troth.business.sales.rules.served import Served
from troth.kernel.calendars import date_of
from troth.platform import permissions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Id, Shown, quantity

operations = Operations("backorders")


class PromisedRow(Shown):
    quantity: str
    material_on: date
    delivery_on: date
    basis: str


class TakenRow(Shown):
    """A quantity that another line (by its change) took; null where nobody did."""

    change: int | None
    order: str | None
    quantity: str


class ConsumedRow(Shown):
    """What a line uses of a quota in a period, before and by the run; `values` say for whom the quota holds."""

    quota: str
    values: dict[str, str]
    period: str
    before: str
    after: str


class ServingGoods(Shown):
    """`quantity` of goods in `unit`, for `ordered` of what was ordered; `rule` is the one that names them ("": they are
    what was ordered)."""

    product: str
    site: str
    quantity: str
    unit: str
    ordered: str
    rule: str
    promised: list[PromisedRow]


class ServedShown(Shown):
    """What a rule of availability lets serve a line after the run; `state` is open, applied, moved, undone or kept."""

    rule: str
    state: str
    goods: list[ServingGoods]


class ChangeShown(Shown):
    """`days` is by how many the last delivery moves. `rule` says why, `taken_by` who took what was lost.

    `after` is what the run itself leaves of the line's own goods, `served` what serves it by a rule instead (null: no
    rule does); `gained`, `lost`, `days` and `verdict` are of both together.

    `limit` says what its fair share was of, and names the quota that keeps the line from having more or having it
    earlier ("": neither), `quotas` what it uses of them.
    `location` is the storage location that alone serves the line ("": all of the site may).
    """

    id: int
    order: int
    order_number: str
    line_number: int
    promise: int
    customer: str
    product: str
    site: str
    location: str
    segment: str
    strategy: str
    verdict: str
    state: str
    requested_on: date
    open: str
    unit: str
    before: list[PromisedRow]
    after: list[PromisedRow]
    served: ServedShown | None
    gained: str
    lost: str
    days: int | None
    rule: str
    limit: str
    quotas: list[ConsumedRow]
    taken_by: list[TakenRow]


class ChangeFilter(Paging):
    verdict: Annotated[str, Field(pattern="^(better|worse|mixed|basis)?$")] = ""
    state: Annotated[str, Field(pattern="^(open|applied|moved|kept)?$")] = ""
    customer: Code = ""
    product: Code = ""


@operations.reads("/backorder-runs/{int:run_id}/changes", Page[ChangeShown])
def list_backorder_changes(request: ApiRequest, run_id: Id, choice: Query[ChangeFilter]) -> dict[str, Any]:
    """What a run changes, line by line, with the rule and who took the goods."""
    permissions.require(request.auth, "backorders.view_run")
    run = queries.run_of(request.auth, run_id)
    found = queries.changes(request.auth, run_id)
    for name, value in (
        ("verdict", choice.verdict), ("state", choice.state), ("customer__number", choice.customer),
        ("product__number", choice.product),
    ):  # fmt: skip
        if value:
            found = found.filter(**{name: value})
    return page(request, found, choice, lambda rows: _changes(run, rows), order=("id",))


def _changes(run: Run, rows: Iterable[Change]) -> list[ChangeShown]:
    changes = list(rows)
    takers = queries.taken_of([one.pk for one in changes])
    procedures = queries.procedures_of(changes)
    return [_change(run, one, takers.get(one.pk, []), procedures) for one in changes]


def _promised(found: Iterable[Any], decimals: int) -> list[PromisedRow]:
    return [
        PromisedRow(
            quantity=quantity(row[0], decimals), material_on=date_of(row[1]), delivery_on=date_of(row[2]), basis=row[3]
        )
        for row in found
    ]


def _served(one: Change) -> ServedShown | None:
    if not one.served:
        return None
    found, decimals = Served.of(one.served), one.product.base_unit.decimals
    goods = [
        ServingGoods(
            product=each.product, site=each.site, quantity=quantity(each.quantity, each.decimals), unit=each.unit,
            ordered=quantity(each.ordered, decimals), rule=each.rule, promised=_promised(each.rows, each.decimals),
        )
        for each in found.goods
    ]  # fmt: skip
    return ServedShown(rule=found.rule, state=one.serving, goods=goods)


def _change(
    run: Run, one: Change, takers: Iterable[queries.Taken], procedures: Mapping[int, ProcedureTerms]
) -> ChangeShown:  # fmt: skip
    decimals = one.product.base_unit.decimals

    def amount(value: int) -> str:
        return quantity(value, decimals)

    def told(found: Iterable[Any]) -> list[PromisedRow]:
        return _promised(found, decimals)

    return ChangeShown(
        id=one.pk, order=one.document_id, order_number=one.document_number, line_number=one.line_number,
        promise=one.requirement_id, customer=one.customer.number, product=one.product.number, site=one.site.code,
        location=one.location, segment=run.settings["segments"][one.segment - 1]["name"], strategy=one.strategy,
        verdict=one.verdict, state=one.state, requested_on=one.requested_on, open=amount(one.wanted),
        unit=one.product.base_unit_id,
        before=told(one.old), after=told(one.new), served=_served(one),
        gained=amount(one.gained), lost=amount(one.lost), days=one.days,
        rule=words.rule_of(one, run), limit=words.limit_of(one),
        quotas=[
            ConsumedRow(
                quota=used.name, values=used.values, period=str(spelled_period(used.kind, used.number)),
                before=amount(used.before), after=amount(used.after),
            )
            for used in queries.consumed_of(one, procedures)
        ],
        taken_by=[
            TakenRow(
                change=taken.other.pk if taken.other else None,
                order=taken.other.document_number if taken.other else None, quantity=amount(taken.quantity),
            )
            for taken in takers
        ],
    )  # fmt: skip

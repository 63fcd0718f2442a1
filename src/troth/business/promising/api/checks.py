"""Checks that bind nobody: up to a thousand at once, on the books as they are or with what is supposed besides."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from troth.business.promising import actions
from troth.business.promising.actions import Check, Raised, Supposition
from troth.business.promising.rules import LinePromise
from troth.business.promising.rules.alternatives import Planned, Tried
from troth.business.quotas import queries as quotas
from troth.kernel.errors import BusinessError, InvalidInput, NotFound, Sentence
from troth.kernel.limits import Limits
from troth.kernel.netting import Category
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform.actors import Actor
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations
from troth.platform.api.values import Code, Day, Entry, Shown, SmallInt, Typed, quantity
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow

operations = Operations("availability")

SUPPOSED_MAX = 100


class CheckAsked(Entry):
    """`quantity` of a product (number), in its base unit, is wanted ready at a site (code) on a day.

    Without a `scope` of check the one holds in which the product is checked for orders. With a `customer` (number) the
    quotas and supply protection of that customer hold, without one those of anybody. With a `location` (code) only what
    lies at that storage location counts. Of a product that is valuated separately `valuation` names the type; without
    it, its default is meant. Limits, each the customer's unless it is named: `min_shipment`, the least that may be
    ready at once (0: any); `lateness_days_max`, nothing is ready later than so many days after; `deliveries_max`.
    """

    product: Code
    site: Code
    quantity: Typed
    on: Day
    mode: Literal["one_time", "complete", "partial"] = "partial"
    scope: Annotated[str, Field(max_length=20)] = ""
    customer: Annotated[str, Field(max_length=20)] = ""
    location: Annotated[str, Field(max_length=10)] = ""
    valuation: Annotated[str, Field(max_length=20)] = ""
    min_shipment: Typed | None = None
    lateness_days_max: SmallInt | None = None
    deliveries_max: SmallInt | None = None


SupposedCategory = Literal[
    "stock", "purchase", "production", "transfer_in", "requisition", "firm_requisition", "firm_planned", "planned",
    "quality_stock", "blocked_stock", "return", "left_out_stock", "order", "delivery", "hold", "reservation",
    "safety_stock", "forecast", "transfer_out",
]  # fmt: skip
"""All that a scope of check can count; which of it counts in a check is the scope's matter."""


class Supposed(Entry):
    """As if `quantity` (below zero: less) of a category were posted for a product at a site on a day."""

    product: Code
    site: Code
    category: SupposedCategory
    on: Day
    quantity: Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]
    valuation: Annotated[str, Field(max_length=20)] = ""


class SupposedQuota(Entry):
    """As if so much more (below zero: less), in the unit of the quota procedure (code), were planned in each of its
    rows that holds for a check, in the period of a day."""

    procedure: Code
    on: Day
    quantity: Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]


class Checks(Entry):
    """With `together` they draw on the same goods one after the other; otherwise each stands for itself.

    With `rules` (at most 50 checks) each of a customer also asks the rules of availability, as an order of it would.
    """

    checks: Annotated[list[CheckAsked], Field(min_length=1, max_length=actions.CHECKS_MAX)]
    supposed: Annotated[list[Supposed], Field(max_length=SUPPOSED_MAX)] = []
    quotas: Annotated[list[SupposedQuota], Field(max_length=SUPPOSED_MAX)] = []
    together: StrictBool = False
    rules: StrictBool = False


class TriedShown(Shown):
    """What an alternative of a rule offers, in the base unit of what was asked for, and what it would serve of it.

    `why` in a word: taken, nothing, late, short, worse, or what keeps it from serving at all.
    """

    product: str
    site: str
    rule: str
    on_time: str
    total: str
    taken: str
    why: str


class CheckedPart(Shown):
    on: date
    quantity: str
    basis: str


class CheckShown(Shown):
    """What would be promised and why; or `refused`, the code of the reason why it cannot be checked. `quantity` is what
    was checked: what was asked, in whole packages.

    `confirmed` is of its own goods; `alternatives` what rules name beside them, if they were asked and it falls short.
    """

    product: str
    site: str
    unit: str
    quantity: str
    confirmed: list[CheckedPart]
    short: str
    sentence: str
    refused: str
    alternatives: list[TriedShown]


class ChecksShown(Shown):
    items: list[CheckShown]


@operations.acts("/availability/checks", ChecksShown, takes_key=False)
def check_availability(request: ApiRequest, asked: Checks) -> dict[str, Any]:
    """What would be promised if it were asked now. Nothing is reserved. Answers come in the order of the checks."""
    reader = Reader([*asked.checks, *asked.supposed], request.auth)
    supposed: list[actions.Supposed] = [reader.supposition(one, row) for row, one in enumerate(asked.supposed, 1)]
    supposed += raised(asked.quotas)
    read: list[Check | BusinessError] = [reader.check(one) for one in asked.checks]
    found = iter(
        actions.check(
            [one for one in read if isinstance(one, Check)], supposed, together=asked.together, clock=request.clock
        )
    )
    answers = [next(found) if isinstance(one, Check) else one for one in read]
    by_rule = iter(_by_rule(request, asked, [one for one in read if isinstance(one, Check)], supposed))
    planned = [next(by_rule) if isinstance(one, Check) else None for one in read]
    told = zip(asked.checks, answers, planned, strict=True)
    return {"items": [reader.shown(one, answer, plan) for one, answer, plan in told]}


def _by_rule(
    request: ApiRequest, asked: Checks, checks: Sequence[Check], supposed: Sequence[actions.Supposed]
) -> Sequence[Planned | None]:
    """What rules would let serve each check, if they are to be asked."""
    if not asked.rules:
        return [None] * len(checks)
    wanted = [(one, None) for one in checks]
    return actions.ask_rules(wanted, supposed, together=asked.together, by=request.auth, clock=request.clock)


class Reader:
    """Numbers and codes as they are known here; a site that the caller does not see is none."""

    def __init__(self, named: Sequence[CheckAsked | Supposed], by: Actor) -> None:
        self._products = reference.products_by_number({one.product for one in named})
        self._sites = {
            site.code: site
            for site in reference.sites(with_closed=True)
            if by.may("promising.simulate", company_id=site.company_id, site_id=site.id)
        }

    def check(self, one: CheckAsked) -> Check | BusinessError:
        """The check by ids, or the reason why there is none."""
        try:
            product, site = self._place(one)
            wanted = _read(one.quantity, product)
            return Check(
                product.id, site.id, wanted, one.on, one.mode, one.scope, one.customer, one.location,
                one.valuation, _limits(one, product),
            )  # fmt: skip
        except BusinessError as refusal:
            return refusal

    def supposition(self, one: Supposed, row: int) -> Supposition:
        try:
            product, site = self._place(one)
            size = _read(one.quantity.removeprefix("-"), product)
        except BusinessError as refusal:
            raise InvalidInput(refusal.message, row=row, field="supposed") from None
        sign = -1 if one.quantity.startswith("-") else 1
        category = Category[one.category.upper()]
        moved = -sign * size if category.is_demand else sign * size
        return Supposition(product.id, site.id, category, one.on, moved, one.valuation)

    def _place(self, one: CheckAsked | Supposed) -> tuple[ProductRow, SiteRow]:
        product, site = self._products.get(one.product), self._sites.get(one.site)
        if product is None:
            raise NotFound(Sentence("There is no product %(product)s. Check the number."), product=one.product)
        if site is None:
            raise NotFound(Sentence("There is no site %(site)s. Check the code."), site=one.site)
        return product, site

    def shown(self, asked: CheckAsked, answer: LinePromise | BusinessError, planned: Planned | None) -> CheckShown:
        product = self._products.get(asked.product)
        decimals, unit = (product.decimals, product.base_unit) if product else (0, "")
        if isinstance(answer, BusinessError):
            return CheckShown(
                product=asked.product, site=asked.site, unit=unit, quantity=asked.quantity, confirmed=[],
                short=asked.quantity, sentence=answer.message, refused=answer.code, alternatives=[],
            )  # fmt: skip
        return CheckShown(
            product=asked.product,
            site=asked.site,
            unit=unit,
            quantity=quantity(answer.wish.quantity, decimals),
            confirmed=[
                CheckedPart(on=one.delivery_on, quantity=quantity(one.quantity, decimals), basis=str(one.basis))
                for one in answer.schedules
            ],
            short=quantity(answer.short, decimals),
            sentence=answer.sentence,
            refused="",
            alternatives=[tried_shown(one, decimals) for one in planned.tried] if planned else [],
        )


def raised(asked: Sequence[SupposedQuota]) -> list[Raised]:
    """What is supposed of quotas. A procedure that nobody has is refused by its row."""
    if not asked:
        return []
    procedures, units = {one.code: one for one in quotas.known().procedures.values()}, reference.units()
    found = []
    for row, one in enumerate(asked, 1):
        procedure = procedures.get(one.procedure)
        if procedure is None:
            raise InvalidInput(
                Sentence("There is no quota procedure %(procedure)s in use. Check the code.", procedure=one.procedure),
                row=row,
                field="quotas",
            )
        try:
            size = parse_quantity(one.quantity.removeprefix("-"), Unit(procedure.unit, units[procedure.unit].decimals))
        except BusinessError as refusal:
            raise InvalidInput(refusal.message, row=row, field="quotas") from None
        found.append(Raised(procedure.code, one.on, -size if one.quantity.startswith("-") else size))
    return found


def _limits(one: CheckAsked, product: ProductRow) -> Limits:
    least = None
    if one.min_shipment is not None:
        unit = Unit(product.base_unit, product.decimals)
        least = parse_quantity(one.min_shipment, unit, zero_allowed=True)
    return Limits(least, one.lateness_days_max, one.deliveries_max)


def _read(text: str, product: ProductRow) -> int:
    return parse_quantity(text, Unit(product.base_unit, product.decimals))


def tried_shown(one: Tried, decimals: int) -> TriedShown:
    figures = {name: quantity(getattr(one, name), decimals) for name in ("on_time", "total", "taken")}
    return TriedShown(product=one.product, site=one.site, rule=one.rule, why=one.why, **figures)

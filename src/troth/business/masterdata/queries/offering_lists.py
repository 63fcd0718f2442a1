"""Lists of listings, substitutions and free goods, page by page, and one record with what its form shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.masterdata.models import (
    AvailabilityRule,
    AvailabilityRuleStep,
    FreeGoods,
    Listing,
    Substitution,
)
from troth.business.masterdata.queries.screens import page_of, worded
from troth.kernel.errors import NotFound, Sentence
from troth.platform.actors import Actor
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.values import ACTIVE, INACTIVE, Quantity, Status, Text

LISTING_WORDS: dict[str, Text] = {"listed": _("may be ordered"), "excluded": _("may not be ordered")}
FREE_WORDS: dict[str, Text] = {"inclusive": _("within"), "exclusive": _("on top")}
MODE_WORDS: dict[str, Text] = {"automatic": _("by itself"), "proposed": _("proposed")}
_WORDS = ("product__number", "product__name", "customer__party__number", "customer__party__name", "customer_group")
_ORDER = ("product__number", "-valid_from_on", "id")


@dataclass(frozen=True, slots=True)
class ListingRow:
    id: int
    product: str
    name: str
    kind: str
    whom: str
    valid_from_on: date
    valid_to_on: date | None
    reason: str
    status: Status


@dataclass(frozen=True, slots=True)
class SubstitutionRow:
    id: int
    product: str
    name: str
    substitute: str
    substitute_name: str
    factor: str
    mode: str
    whom: str
    valid_from_on: date
    valid_to_on: date | None
    reason: str
    status: Status


@dataclass(frozen=True, slots=True)
class FreeGoodsRow:
    id: int
    product: str
    name: str
    kind: str
    from_quantity: Quantity | None
    per: Quantity
    free: Quantity
    given: str
    whom: str
    valid_from_on: date
    valid_to_on: date | None
    reason: str
    status: Status


def _seen(found: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """What holds for all, and for customers of the companies that one may see."""
    if actor.company_ids is None:
        return found
    return found.filter(Q(customer=None) | Q(customer__company_id__in=actor.company_ids))


def _listed(query: ListQuery, model: type[Any], joined: tuple[str, ...], line: Callable[[Any], Any]) -> Page:
    found = _seen(model._default_manager.select_related("customer__party", "product", *joined), query.actor)
    filters = query.filters
    if product := filters.get("product"):
        found = found.filter(Q(product__number__iexact=product) | Q(product__name__icontains=product))
    if customer := filters.get("customer"):
        party = Q(customer__party__number__iexact=customer) | Q(customer__party__name__icontains=customer)
        found = found.filter(party | Q(customer_group__iexact=customer))
    for name in ("kind", "mode"):
        if wanted := filters.get(name):
            found = found.filter(**{name: wanted})
    if ends := filters.get("valid_to_on"):
        first, last = ends
        found = found.filter(valid_to_on__gte=first or date.min, valid_to_on__lte=last or date.max)
    order = ("-valid_from_on", "-id") if model is Listing else _ORDER
    return page_of(worded(found, query, *_WORDS, "reason"), query, order, line)


def whom(one: Any) -> str:
    """For whom a record holds."""
    if one.customer is not None:
        return f"{one.customer.party.number} {one.customer.party.name}"
    if one.customer_group:
        return gettext("group %(group)s") % {"group": one.customer_group}
    return gettext("all customers")


def _status(one: Any) -> Status:
    return ACTIVE if one.is_active else INACTIVE


def listings(query: ListQuery) -> Page:
    def line(one: Listing) -> ListingRow:
        product, name = (one.product.number, one.product.name) if one.product else ("", "")
        what = name or gettext("category %(category)s") % {"category": one.product_category}
        return ListingRow(
            one.pk, product or one.product_category, what, str(LISTING_WORDS[one.kind]), whom(one), one.valid_from_on,
            one.valid_to_on, one.reason, _status(one),
        )  # fmt: skip

    return _listed(query, Listing, (), line)


def substitutions(query: ListQuery) -> Page:
    def line(one: Substitution) -> SubstitutionRow:
        factor = f"{one.numerator} : {one.denominator}" if one.numerator else "1 : 1"
        return SubstitutionRow(
            one.pk, one.product.number, one.product.name, one.substitute.number, one.substitute.name, factor,
            str(MODE_WORDS[one.mode]), whom(one), one.valid_from_on, one.valid_to_on, one.reason, _status(one),
        )  # fmt: skip

    return _listed(query, Substitution, ("substitute",), line)


def free_goods(query: ListQuery) -> Page:
    def line(one: FreeGoods) -> FreeGoodsRow:
        unit = one.product.base_unit
        given = one.free_product or one.product
        least = Quantity(one.from_quantity, unit.decimals, unit.code) if one.from_quantity else None
        return FreeGoodsRow(
            one.pk, one.product.number, one.product.name, str(FREE_WORDS[one.kind]), least,
            Quantity(one.per_quantity, unit.decimals, unit.code),
            Quantity(one.free_quantity, given.base_unit.decimals, given.base_unit.code),
            given.number if one.free_product else "", whom(one), one.valid_from_on, one.valid_to_on, one.reason,
            _status(one),
        )  # fmt: skip

    return _listed(query, FreeGoods, ("product__base_unit", "free_product__base_unit"), line)


@dataclass(frozen=True, slots=True)
class RuleRow:
    id: int
    code: str
    name: str
    rank: int
    kind: str
    what: str
    whom: str
    how: str
    alternatives: int
    asked: str
    valid_from_on: date
    valid_to_on: date | None
    reason: str
    status: Status


@dataclass(frozen=True, slots=True)
class AlternativeRow:
    id: int
    rule: str
    position: int
    product: str
    name: str
    site: str
    factor: str
    status: Status


def availability_rules(query: ListQuery) -> Page:
    """Rules by rank, with the number of their alternatives."""
    found = AvailabilityRule.objects.select_related("product", "customer__party", "site", "order_type")
    if query.actor.company_ids is not None:
        found = found.filter(Q(company=None) | Q(company_id__in=query.actor.company_ids))
    if kind := query.filters.get("kind"):
        found = found.filter(kind=kind)
    if product := query.filters.get("product"):
        named = Q(product__number__iexact=product) | Q(steps__product__number__iexact=product)
        found = found.filter(pk__in=AvailabilityRule.objects.filter(named).values("pk"))
    counted = found.annotate(alternatives=Count("steps", filter=Q(steps__is_active=True)))

    def line(one: Any) -> RuleRow:
        what = one.product.number if one.product else one.product_category or gettext("all products")
        at = " · ".join(filter(None, (what, one.division, one.site.code if one.site else "")))
        how = f"{one.get_building_display()}, {one.get_picking_display()}"
        return RuleRow(
            one.pk, one.code, one.name, one.rank, str(one.get_kind_display()), at, _of_whom(one), how, one.alternatives,
            asked(one), one.valid_from_on, one.valid_to_on, one.reason, _status(one),
        )  # fmt: skip

    return page_of(worded(counted, query, "code", "name", "reason"), query, ("rank", "code"), line)


def asked(one: AvailabilityRule) -> str:
    """When a rule is asked."""
    if one.kind == "exclusive":
        return gettext("on every occasion")
    flags = (field for field in one._meta.concrete_fields if field.name.startswith("asked_"))
    return ", ".join(str(field.verbose_name) for field in flags if getattr(one, field.name))


def _of_whom(one: AvailabilityRule) -> str:
    """For whom a rule holds, with the kind of order and where it comes from, if the rule names them."""
    more = (one.order_type.code if one.order_type else "", one.source_system)
    return " · ".join(filter(None, (whom(one), *more)))


def alternatives(query: ListQuery) -> Page:
    found = AvailabilityRuleStep.objects.select_related("rule", "product", "site")
    if query.actor.company_ids is not None:
        found = found.filter(Q(rule__company=None) | Q(rule__company_id__in=query.actor.company_ids))
    if rule := query.filters.get("rule"):
        found = found.filter(rule__code__iexact=rule)

    def line(one: Any) -> AlternativeRow:
        factor = f"{one.numerator} : {one.denominator}" if one.numerator else "1 : 1"
        number, name = (one.product.number, one.product.name) if one.product else ("", gettext("as ordered"))
        site = one.site.code if one.site else ""
        return AlternativeRow(one.pk, one.rule.code, one.position, number, name, site, factor, _status(one))

    words = ("rule__code", "product__number", "product__name", "site__code")
    return page_of(worded(found, query, *words), query, ("rule__code", "position"), line)


def rule_or_step(table: str, key: int, actor: Actor) -> Any:
    """A rule, or one of its alternatives, with what it names; `NotFound` where the actor sees none."""
    model: type[Any] = AvailabilityRule if table == "availability_rules" else AvailabilityRuleStep
    company = "company" if model is AvailabilityRule else "rule__company"
    found = model._default_manager.filter(pk=key)
    if actor.company_ids is not None:
        found = found.filter(Q(**{company: None}) | Q(**{f"{company}_id__in": actor.company_ids}))
    one = found.first()
    if one is None:
        raise NotFound(Sentence("There is no record %(id)s that you may see."), id=key)
    return one


def offering(model: str, key: int, actor: Actor) -> Any:
    """One of them with what it names; `NotFound` where the actor sees none."""
    kinds: dict[str, type[Any]] = {"listings": Listing, "substitutions": Substitution, "free_goods": FreeGoods}
    joined = {"substitutions": ("substitute",), "free_goods": ("product__base_unit", "free_product__base_unit")}
    found = _seen(kinds[model]._default_manager, actor).select_related(
        "customer__party", "customer__company", "product", *joined.get(model, ())
    )
    one = found.filter(pk=key).first()
    if one is None:
        raise NotFound(Sentence("There is no record %(id)s that you may see."), id=key)
    return one

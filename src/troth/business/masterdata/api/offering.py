"""Listings, substitutions, free goods, package sizes and rules of availability over the API."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Q
from ninja import Query

from troth.business.masterdata import actions
from troth.business.masterdata.api.records import RecordWritten, entry_of, given, shown_of, written
from troth.business.masterdata.tables import TABLES
from troth.platform.api import versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Entry, Id, Shown

operations = Operations("offering")

if TYPE_CHECKING:
    ListingEntry: TypeAlias = Entry
    SubstitutionEntry: TypeAlias = Entry
    FreeGoodsEntry: TypeAlias = Entry
    RuleEntry: TypeAlias = Entry
    AlternativeEntry: TypeAlias = Entry
    CreditCheckEntry: TypeAlias = Entry
    PackageSizesEntry: TypeAlias = Entry
    PackageSizesShown: TypeAlias = Shown
    CreditCheckShown: TypeAlias = Shown
    ListingShown: TypeAlias = Shown
    SubstitutionShown: TypeAlias = Shown
    FreeGoodsShown: TypeAlias = Shown
    RuleShown: TypeAlias = Shown
    AlternativeShown: TypeAlias = Shown
else:
    _LISTING, _SUBSTITUTION = TABLES["listings"].fields, TABLES["substitutions"].fields
    ListingEntry, ListingShown = entry_of("ListingEntry", _LISTING), shown_of("ListingShown", _LISTING)
    SubstitutionEntry = entry_of("SubstitutionEntry", _SUBSTITUTION)
    SubstitutionShown = shown_of("SubstitutionShown", _SUBSTITUTION)
    _FREE = TABLES["free_goods"].fields
    FreeGoodsEntry, FreeGoodsShown = entry_of("FreeGoodsEntry", _FREE), shown_of("FreeGoodsShown", _FREE)
    _SIZES = TABLES["package_sizes"].fields
    PackageSizesEntry, PackageSizesShown = entry_of("PackageSizesEntry", _SIZES), shown_of("PackageSizesShown", _SIZES)
    _RULE, _STEP = TABLES["availability_rules"].fields, TABLES["availability_rule_steps"].fields
    RuleEntry, RuleShown = entry_of("AvailabilityRuleEntry", _RULE), shown_of("AvailabilityRuleShown", _RULE)
    _CHECK = TABLES["credit_checks"].fields
    CreditCheckEntry, CreditCheckShown = entry_of("CreditCheckEntry", _CHECK), shown_of("CreditCheckShown", _CHECK)
    AlternativeEntry, AlternativeShown = entry_of("AlternativeEntry", _STEP), shown_of("AlternativeShown", _STEP)


class OfferingFilter(Paging):
    """`customer` and `product` by their numbers; a record for all is found without a customer."""

    customer: Code | None = None
    product: Code | None = None


@operations.reads("/listings", Page[ListingShown])
def list_listings(request: ApiRequest, found: Query[OfferingFilter]) -> dict[str, Any]:
    """What customers may order or may not; the newest first."""
    return _listed(request, "listings", found)


@operations.creates("/listings", RecordWritten)
def create_listing(request: ApiRequest, listing: ListingEntry) -> dict[str, Any]:
    """List or exclude a product or a category of products."""
    return written(create(request, actions.maintain_offering, "listings", given(listing)))


@operations.changes("/listings/{int:listing_id}", RecordWritten)
def change_listing(request: ApiRequest, listing_id: Id, listing: ListingEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false ends it. What makes it one of its kind cannot change."""
    return _changed(request, "listings", listing_id, listing)


@operations.reads("/substitutions", Page[SubstitutionShown])
def list_substitutions(request: ApiRequest, found: Query[OfferingFilter]) -> dict[str, Any]:
    """What is sold in place of what; the newest first."""
    return _listed(request, "substitutions", found)


@operations.creates("/substitutions", RecordWritten)
def create_substitution(request: ApiRequest, substitution: SubstitutionEntry) -> dict[str, Any]:
    """`numerator` base units of the substitute stand for `denominator` of the product; both empty: one for one."""
    return written(create(request, actions.maintain_offering, "substitutions", given(substitution)))


@operations.changes("/substitutions/{int:substitution_id}", RecordWritten)
def change_substitution(request: ApiRequest, substitution_id: Id, substitution: SubstitutionEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false ends it. Orders that were sold by it stay as they are."""
    return _changed(request, "substitutions", substitution_id, substitution)


@operations.reads("/free-goods", Page[FreeGoodsShown])
def list_free_goods(request: ApiRequest, found: Query[OfferingFilter]) -> dict[str, Any]:
    """What is free of what is ordered; quantities in smallest units, the newest first."""
    return _listed(request, "free_goods", found)


@operations.creates("/free-goods", RecordWritten)
def create_free_goods(request: ApiRequest, free_goods: FreeGoodsEntry) -> dict[str, Any]:
    """Of each `per_quantity` ordered `free_quantity` are free: inclusive or exclusive. In smallest units."""
    return written(create(request, actions.maintain_offering, "free_goods", given(free_goods)))


@operations.changes("/free-goods/{int:free_goods_id}", RecordWritten)
def change_free_goods(request: ApiRequest, free_goods_id: Id, free_goods: FreeGoodsEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false ends it."""
    return _changed(request, "free_goods", free_goods_id, free_goods)


@operations.reads("/package-sizes", Page[PackageSizesShown])
def list_package_sizes(request: ApiRequest, found: Query[OfferingFilter]) -> dict[str, Any]:
    """In which packages products go to customers, in smallest units; the newest first."""
    return _listed(request, "package_sizes", found)


@operations.creates("/package-sizes", RecordWritten)
def create_package_sizes(request: ApiRequest, package_sizes: PackageSizesEntry) -> dict[str, Any]:
    """`sizes` as `6, 12` in smallest units or with a unit of the product, `2 BOX`; without a customer for all."""
    return written(create(request, actions.maintain_offering, "package_sizes", given(package_sizes)))


@operations.changes("/package-sizes/{int:package_sizes_id}", RecordWritten)
def change_package_sizes(request: ApiRequest, package_sizes_id: Id, package_sizes: PackageSizesEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false ends it, and `reason` says why. What is promised already stays."""
    return _changed(request, "package_sizes", package_sizes_id, package_sizes)


class AlternativeFilter(Paging):
    """`rule` by its code."""

    rule: Code | None = None


@operations.reads("/availability-rules", Page[RuleShown])
def list_availability_rules(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """Rules by their code: for which items they hold, and how one of their alternatives is chosen."""
    return _rows(request, "availability_rules", found, {}, order=("code",))


@operations.creates("/availability-rules", RecordWritten)
def create_availability_rule(request: ApiRequest, rule: RuleEntry) -> dict[str, Any]:
    """A condition that is left out holds for all. Alternatives are added to the rule, each by itself."""
    return written(create(request, actions.maintain_offering, "availability_rules", given(rule)))


@operations.changes("/availability-rules/{int:rule_id}", RecordWritten)
def change_availability_rule(request: ApiRequest, rule_id: Id, rule: RuleEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false ends it. Orders that were served by it stay as they are."""
    return _changed(request, "availability_rules", rule_id, rule)


@operations.reads("/alternatives", Page[AlternativeShown])
def list_alternatives(request: ApiRequest, found: Query[AlternativeFilter]) -> dict[str, Any]:
    """The alternatives of rules, the newest first."""
    return _rows(request, "availability_rule_steps", found, {"rule__code": found.rule})


@operations.creates("/alternatives", RecordWritten)
def create_alternative(request: ApiRequest, alternative: AlternativeEntry) -> dict[str, Any]:
    """Another product, another site, or both: what is left out is as ordered. `position` says in which turn."""
    return written(create(request, actions.maintain_offering, "availability_rule_steps", given(alternative)))


@operations.changes("/alternatives/{int:alternative_id}", RecordWritten)
def change_alternative(request: ApiRequest, alternative_id: Id, alternative: AlternativeEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false takes it out."""
    return _changed(request, "availability_rule_steps", alternative_id, alternative)


@operations.reads("/credit-checks", Page[CreditCheckShown])
def list_credit_checks(request: ApiRequest, found: Query[Paging]) -> dict[str, Any]:
    """Rules of credit: where it is checked, for whom, against what, and what follows. Amounts in minor units."""
    return _rows(request, "credit_checks", found, {})


@operations.creates("/credit-checks", RecordWritten)
def create_credit_check(request: ApiRequest, check: CreditCheckEntry) -> dict[str, Any]:
    """A condition that is left out holds for all, a criterion that is left out is not looked at."""
    return written(create(request, actions.maintain_credit_check, given(check)))


@operations.changes("/credit-checks/{int:check_id}", RecordWritten)
def change_credit_check(request: ApiRequest, check_id: Id, check: CreditCheckEntry) -> dict[str, Any]:
    """Change what is sent; `is_active` false ends it. Blocks that stand are not lifted by it."""
    return written(
        act(request, actions.maintain_credit_check, given(check), check_id=check_id, version=versions.expected(request))
    )


def _listed(request: ApiRequest, table: str, found: OfferingFilter) -> dict[str, Any]:
    wanted = {"customer__party__number": found.customer, "product__number": found.product}
    return _rows(request, table, found, wanted)


def _rows(
    request: ApiRequest, table: str, found: Paging, wanted: Mapping[str, Any], *, order: tuple[str, ...] = ("-id",)
) -> dict[str, Any]:
    declared = TABLES[table]
    rows = declared.found().filter(**{name: value for name, value in wanted.items() if value})
    if request.auth.company_ids is not None:
        seen = Q(**{f"{declared.company}__in": request.auth.company_ids}) | Q(**{f"{declared.company}__isnull": True})
        rows = rows.filter(seen)

    def show(found_rows: Iterable[Any]) -> list[dict[str, Any]]:
        return [{"id": row.pk, "version": row.version, **declared.written(row)} for row in found_rows]

    return page(request, rows, found, show, order=order)


def _changed(request: ApiRequest, table: str, record_id: int, sent: Entry) -> dict[str, Any]:
    version = versions.expected(request)
    values = given(sent)
    return written(act(request, actions.maintain_offering, table, values, record_id=record_id, version=version))

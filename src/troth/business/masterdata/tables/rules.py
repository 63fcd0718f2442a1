"""Rules of availability and their alternatives as files, and what is refused of them: rules that lead nowhere."""

from collections.abc import Iterator, Mapping, Sequence

from troth.business.masterdata import models
from troth.business.masterdata.tables.offering import Fault, Values, for_whom, product_of, unsold, without_conversion
from troth.business.masterdata.tables.table import Table
from troth.kernel.errors import Sentence
from troth.reference import models as reference

OCCASIONS = ("asked_at_entry", "asked_at_change", "asked_when_broken", "asked_for_better", "asked_in_runs")


def _rule(values: Values) -> Fault:
    if not any(values.get(name) for name in OCCASIONS):
        return OCCASIONS[0], Sentence("The rule is asked on no occasion. Choose at least one.")
    if values["product"] is not None and values["product_category"]:
        return "product_category", Sentence("A rule holds for a product or for a category. Empty one of the two.")
    category = values["product_category"]
    if category and not reference.Product.objects.filter(category=category).exists():
        return "product_category", Sentence(
            "No product is in the category %(category)s. Enter one that has products.", category=category
        )
    division = values["division"]
    if division and not reference.Product.objects.filter(division=division).exists():
        return "division", Sentence(
            "No product is in the division %(division)s. Enter one that has products.", division=division
        )
    if values["result"] == "inline" and values["picking"] == "waterfall":
        return "result", Sentence("Several may serve the item. Choose sub-items, or let one serve all.")
    company_id, site_id = values["company"], values["site"]
    if site_id is not None and company_id is not None and _site(site_id).company_id != company_id:
        return "site", Sentence("The site belongs to another company. Choose one of the rule's company.")
    return for_whom(values) or _steps_still_fit(values)


def _steps_still_fit(values: Values) -> Fault:
    """A rule that changes keeps alternatives that lead somewhere."""
    if values["id"] is None:
        return None
    for step in models.AvailabilityRuleStep.objects.filter(rule_id=values["id"], is_active=True).order_by("position"):
        fault = _leads(values, {"product": step.product_id, "site": step.site_id, "numerator": step.numerator})
        if fault is not None:
            said = Sentence("Alternative %(position)s: %(fault)s", position=step.position, fault=fault[1])
            return "product" if fault[0] != "site" else "site", said
    return None


def _site(site_id: int) -> reference.Site:
    return reference.Site.objects.get(pk=site_id)


def _step(values: Values) -> Fault:
    numerator, denominator = values["numerator"], values["denominator"]
    if (numerator is None) != (denominator is None):
        return "denominator" if denominator is None else "numerator", Sentence(
            "Enter both figures of the conversion, or none."
        )
    if numerator == 0 or denominator == 0:
        return "numerator" if numerator == 0 else "denominator", Sentence("Enter 1 or more.")
    rule = models.AvailabilityRule.objects.get(pk=values["rule"])
    conditions = {
        "kind": rule.kind, "product": rule.product_id, "site": rule.site_id, "company": rule.company_id,
    }  # fmt: skip
    return _leads(conditions, values)


def _leads(rule: Values, step: Values) -> Fault:
    """Whether an alternative of a rule leads somewhere else than where the rule begins."""
    product_id, site_id = step["product"], step["site"]
    if product_id is None and site_id is None:
        return "product", Sentence("The alternative leads nowhere. Name a product, a site or both.")
    if rule["kind"] == "exclusive":
        return None
    same_product = product_id is None or product_id == rule["product"]
    if same_product and (site_id is None or site_id == rule["site"]):
        named = "product" if product_id is not None else "site"
        return named, Sentence(
            "The rule runs in a ring: this is what was ordered. Name another product or another site."
        )
    if site_id is not None:
        site = _site(site_id)
        if not site.is_active:
            return "site", Sentence("Site %(site)s is closed. Choose another site.", site=site.code)
        if rule["company"] is not None and site.company_id != rule["company"]:
            return "site", Sentence(
                "Site %(site)s belongs to another company. Choose one of the rule's company.", site=site.code
            )
    if product_id is None:
        return None
    product = product_of(product_id)
    if fault := unsold(product, "product"):
        return fault
    if not product.is_stocked:
        return "product", Sentence(
            "Product %(number)s is not kept in stock. Choose one that is.", number=product.number
        )
    if rule["product"] is None or product_id == rule["product"]:
        return None
    return without_conversion(product_of(rule["product"]), product, step["numerator"], "numerator")


def _twice(rows: Sequence[Values]) -> Iterator[tuple[int, str, str]]:
    """The same goods twice among the alternatives of a rule."""
    ids = {one["id"] for one in rows}
    rules = {one["rule"] for one in rows}
    kept = models.AvailabilityRuleStep.objects.filter(rule_id__in=rules, is_active=True).exclude(pk__in=ids - {None})
    seen = {(one.rule_id, one.product_id, one.site_id): one.position for one in kept}
    for place, one in enumerate(rows):
        if not one["is_active"]:
            continue
        key = (one["rule"], one["product"], one["site"])
        if key in seen:
            sentence = Sentence(
                "This is alternative %(position)s already. Name other goods, or leave it out.", position=seen[key]
            )
            yield place, "product" if one["product"] is not None else "site", sentence
        seen.setdefault(key, one["position"])


RULES: Mapping[str, Table] = {
    table.code: table
    for table in (
        Table(
            code="availability_rules",
            title="availability_rule",
            model=models.AvailabilityRule,
            key=("code",),
            check=_rule,
            company="company_id",
            last_day="valid_to_on",
        ),
        Table(
            code="availability_rule_steps",
            title="alternative",
            model=models.AvailabilityRuleStep,
            key=("rule", "position"),
            check=_step,
            across=_twice,
            company="rule__company_id",
        ),
    )
}

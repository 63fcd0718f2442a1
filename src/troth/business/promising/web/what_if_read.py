"""What was asked of a what-if, read into checks and suppositions; what cannot be read is refused in its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from troth.business.promising.actions import Check, Raised, Supposed, Supposition, Whole
from troth.business.promising.models import Requirement
from troth.business.promising.web.what_if_forms import MOVES, SCENARIOS, quota_of, said_move, sign_of
from troth.kernel.errors import BusinessError
from troth.kernel.places import location_of
from troth.kernel.quantity import Unit, parse_quantity
from troth.kernel.valuations import valuation_of
from troth.platform import documents
from troth.platform.clock import Clock
from troth.platform.web.formats import day as said_day
from troth.platform.web.language import worded
from troth.reference import queries as reference
from troth.reference.queries import ProductRow, SiteRow


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that is wanted, with the row it was asked in. `line` (kind, line id) is the one whose place it takes;
    one of a document has its `number` there."""

    form: Any
    check: Check
    product: ProductRow
    site: SiteRow
    today: date
    line: tuple[str, int] | None
    number: int = 0

    @property
    def unit(self) -> tuple[int, str]:
        return self.product.decimals, self.product.base_unit


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is supposed in a scenario ("": nothing), and how that is said."""

    name: str
    supposed: tuple[Supposed, ...] = ()
    words: tuple[str, ...] = ()


class Reader:
    """Reads the rows. A site that the actor may not simulate for is none."""

    def __init__(self, given: dict[str, Any], actor: Any, clock: Clock) -> None:
        self._given, self._actor, self._clock = given, actor, clock
        self._sites = {
            one.code: one
            for one in reference.sites()
            if actor.may("promising.simulate", company_id=one.company_id, site_id=one.id)
        }

    def lines(self, lines: Any) -> list[Asked]:
        """Those with something in them."""
        found = []
        for form in lines.forms:
            row = form.cleaned_data
            if not row.get("product"):
                continue
            place = self._place(form, row)
            quantity = self._quantity(form, row, place[0]) if place else 0
            if place is None or not quantity:
                continue
            product, site = place
            check = Check(
                product.id, site.id, quantity, row["on"], row.get("mode") or "partial", self._given.get("scope", ""),
                self._given.get("customer", "").strip().rpartition("/")[2], row["location"].strip(),
                row["valuation"].strip(),
            )  # fmt: skip
            today = self._clock.today(site.time_zone)
            found.append(Asked(form, check, product, site, today, self._standing(row.get("promise"), check)))
        return found

    def whole(self, one: Whole) -> list[Asked]:
        """The lines of a document."""
        products = reference.products({wish.product_id for wish in one.wishes})
        sites = {site.id: site for site in self._sites.values()}
        return [
            Asked(
                None,
                Check(
                    wish.product_id, wish.site_id, wish.quantity, wish.requested_on, wish.mode,
                    location=wish.location, valuation=wish.valuation,
                ),
                products[wish.product_id], sites[wish.site_id],
                self._clock.today(wish.way.time_zone), None, wish.line_number,
            )
            for wish in one.wishes
        ]  # fmt: skip

    def _standing(self, promise: int | None, check: Check) -> tuple[str, int] | None:
        """The line that is asked about, where the same goods are asked for and the actor may see its document."""
        one = Requirement.objects.filter(pk=promise, is_withdrawn=False).first() if promise else None
        if one is None:
            return None
        wanted = (check.product_id, check.site_id, check.location)
        if wanted != (one.product_id, one.site_id, location_of(one.segment)):
            return None
        if check.valuation and check.valuation != valuation_of(one.segment):
            return None
        documents.refuse_unseen(one.document_kind, one.document_id, by=self._actor)
        return one.document_kind, one.line_id

    def scenarios(self, rows: Any, asked: Sequence[Asked]) -> list[Scenario]:
        """The books as they are, and each scenario in which something is supposed."""
        found: dict[str, list[tuple[Supposed, str]]] = {}
        for form in rows.forms:
            row = form.cleaned_data
            if not row.get("what"):
                continue
            first = asked[0]
            product, site = first.product, first.site
            if row["product"] or row["site"]:
                own = {"product": row["product"] or product.number, "site": row["site"] or site.code}
                place = self._place(form, own)
                if place is None:
                    continue
                product, site = place
            quantity = self._quantity(form, row, product)
            if not quantity:
                continue
            moved = _moved(row, product, site, quantity, first)
            found.setdefault(row["scenario"] or SCENARIOS[0], []).append((moved, _said(row, product, site, first)))
        return [
            Scenario(""),
            *(
                Scenario(name, tuple(one for one, _ in found[name]), tuple(words for _, words in found[name]))
                for name in sorted(found)
            ),
        ]

    def _place(self, form: Any, row: dict[str, Any]) -> tuple[ProductRow, SiteRow] | None:
        number = row["product"].strip()
        product, site = reference.products_by_number([number]).get(number), self._sites.get(row["site"])
        if product is None:
            form.add_error("product", gettext("No product %(number)s here") % {"number": number} + ".")
        if site is None:
            form.add_error("site", gettext("Choose another site."))
        return (product, site) if product is not None and site is not None else None

    def _quantity(self, form: Any, row: dict[str, Any], product: ProductRow) -> int:
        try:
            return parse_quantity(row["quantity"], Unit(product.base_unit, product.decimals))
        except BusinessError as refusal:
            form.add_error("quantity", worded(refusal.message))
            return 0


def _moved(row: dict[str, Any], product: ProductRow, site: SiteRow, quantity: int, first: Asked) -> Supposed:
    on = row["on"] or first.today
    if code := quota_of(row["what"]):
        return Raised(code, on, sign_of(row["what"]) * quantity)
    _words, category, sign = MOVES[row["what"]]
    valuation = first.check.valuation if product.id == first.product.id else ""
    return Supposition(product.id, site.id, category, on, sign * quantity, valuation)


def _said(row: dict[str, Any], product: ProductRow, site: SiteRow, first: Asked) -> str:
    """`more: Purchase orders 10 EA on 3 Mar`, with product and site where they are others than those asked first."""
    parts = [said_move(row["what"]), f"{row['quantity']} {product.base_unit}"]
    if product.id != first.product.id:
        parts.append(product.number)
    if site.id != first.site.id:
        parts.append(site.code)
    if row["on"]:
        parts.append(gettext("on %(day)s") % {"day": said_day(row["on"])})
    return " ".join(parts)

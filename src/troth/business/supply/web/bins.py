"""Stock in a bin as pages ask about it: who may see it, what it is, and the sheet on which it is moved or counted."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.kernel.errors import NotFound
from troth.kernel.places import location_of
from troth.kernel.quantity import Unit, format_quantity, parse_quantity
from troth.ledgers.stock import queries as movements
from troth.ledgers.stock.keys import StockType
from troth.ledgers.stock.queries import StockRow
from troth.platform.web.acts import AskPage, clocked
from troth.platform.web.values import Link
from troth.reference import queries as reference


def bin_stock(actor: Any, key: int) -> StockRow:
    """What lies in a bin, as far as the actor may see it; `NotFound` else."""
    row = movements.balance(key)
    if row is None or not actor.sees(reference.site(row.key.site_id).company_id, row.key.site_id):
        raise NotFound("There is no such stock, or it lies at another site.", stock=key)
    return row


def is_free(row: StockRow) -> bool:
    """Whether it may be counted and moved by hand: unrestricted, the company's own and tied to no order line."""
    is_ours = not row.key.owner or is_kept(row)
    return row.key.stock_type == StockType.UNRESTRICTED and is_ours


def is_kept(row: StockRow) -> bool:
    """Whether its location keeps it for promises that are made from there alone."""
    return bool(location_of(row.key.owner))


def valuation_field() -> forms.CharField:
    """The valuation type of goods, where they are entered by hand."""
    return forms.CharField(
        label=_("Valuation type"),
        max_length=20,
        required=False,
        help_text=_("Of products that are valuated separately."),
    )


class BinAsk(AskPage):
    danger = False
    creates = True

    def ask(self, actor: Any, key: int) -> None:
        self.row = bin_stock(actor, key)
        self.refuse_others()
        product = reference.product(self.row.key.product_id)
        self.unit = Unit(product.base_unit, product.decimals)
        self.cancel_url = reverse("supply:bin-stock", args=[key])
        self.crumbs = [
            Link(_("Stock"), reverse("supply:stock")),
            Link(f"{product.number} · {self.row.bin}", self.cancel_url),
        ]
        self.sentence = gettext("%(product)s: %(quantity)s %(unit)s lie in bin %(bin)s of site %(site)s.") % {
            "product": product.name, "quantity": self.written, "unit": self.unit.code, "bin": self.row.bin,
            "site": self.row.site,
        }  # fmt: skip
        self.words(product.number)

    def refuse_others(self) -> None:
        """Refuse stock that this is not done with."""
        if not is_free(self.row):
            raise NotFound("Only unrestricted stock that no order holds is moved or counted. Release it first.")

    def words(self, product: str) -> None:
        """Set what this question says."""

    @property
    def written(self) -> str:
        return format_quantity(self.row.quantity, self.unit.decimals)

    def read(self, text: str, *, zero_allowed: bool = False) -> int:
        return parse_quantity(text, self.unit, zero_allowed=zero_allowed)

    @property
    def place(self) -> tuple[int, int]:
        """The product and the site whose stock it moves."""
        return self.row.key.product_id, self.row.key.site_id

    @property
    def acting(self) -> dict[str, Any]:
        return clocked(self.request, self.request.actor, key=self.client_key)  # type: ignore[attr-defined]

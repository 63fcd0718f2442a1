"""Price conditions. Amounts in the decimals of the currency, quantities in the base unit, rates in percent."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import Q

from troth.business.masterdata.actions.bring import Row, figure
from troth.business.masterdata.models import PriceCondition
from troth.business.masterdata.rules import PRICE, Field
from troth.business.masterdata.rules.validity import Validity, refuse_overlaps
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.money import parse_money
from troth.kernel.quantity import Unit, parse_quantity
from troth.platform import locks
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.reference.models import Company

PERCENT_DECIMALS = 2
ENTIRE = 10_000
COLUMNS = {
    "company": "company_id",
    "product": "product_id",
    "customer": "customer_id",
    "currency": "currency_id",
    "percent": "basis_points",
}
_SAME = ("company", "code", "kind", "product", "customer", "customer_group", "currency", "scale_from")


class PriceSheet:
    title: ClassVar[str] = "price"
    fields: ClassVar[Mapping[str, Field]] = PRICE

    def key(self, row: Row) -> tuple[Any, ...]:
        values = {name: row.values.get(name, PRICE[name].standard) for name in (*_SAME, "valid_from_on")}
        if "scale_from" not in row.values:
            values["scale_from"] = 0
        return tuple(values.values())

    def find(self, rows: Sequence[Row], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        companies, codes, begun = ({row.values[name] for row in rows} for name in ("company", "code", "valid_from_on"))
        _one_at_a_time(companies, by=by)
        near = PriceCondition.objects.filter(company_id__in=companies, code__in=codes, valid_from_on__in=begun)
        wanted = {self.key_of(price): price.pk for price in near}
        keys = {self.key(row) for row in rows}
        held = locks.begin().hold(PriceCondition, *[pk for key, pk in wanted.items() if key in keys], by=by)
        return {self.key_of(price): price for price in held}

    def key_of(self, record: PriceCondition) -> tuple[Any, ...]:
        return (*(getattr(record, COLUMNS.get(name, name)) for name in _SAME), record.valid_from_on)

    def current(self, record: PriceCondition) -> dict[str, Any]:
        return {name: getattr(record, COLUMNS.get(name, name)) for name in PRICE}

    def prepare(self, row: Row, record: PriceCondition | None) -> None:
        """Turn what was typed into minor units, smallest units and basis points; what is a number is left alone."""
        if row.refused & {"currency", "product"}:
            return
        unit = self._unit(row, record)
        figure(row, "per_quantity", lambda text: parse_quantity(text, unit))
        figure(row, "scale_from", lambda text: parse_quantity(text, unit, zero_allowed=True))
        figure(row, "percent", lambda text: parse_money(text, PERCENT_DECIMALS))
        decimals = row.known["currency"].decimals if "currency" in row.known else self._decimals(record)
        figure(row, "amount", lambda text: parse_money(text, decimals))

    def _unit(self, row: Row, record: PriceCondition | None) -> Unit:
        if "product" in row.known:
            return Unit(Sentence("the base unit"), row.known["product"].decimals)
        if record is not None and record.product is not None:
            return Unit(record.product.base_unit.code, record.product.base_unit.decimals)
        return Unit(Sentence("this condition"), 0)

    def _decimals(self, record: PriceCondition | None) -> int:
        return record.currency.decimals if record is not None else 0

    def judge(self, rows: Sequence[Row], *, by: Actor, clock: Clock) -> None:
        for row in rows:
            if not row.refusals:
                self._judge_one(row)
        self._judge_validity([row for row in rows if not row.refusals], by=by)

    def _judge_one(self, row: Row) -> None:
        new = {**(self.current(row.record) if row.record else {}), **row.values}
        if (new["amount"] is None) == (new["percent"] is None):
            row.refuse(InvalidInput, Sentence("Enter an amount or a percentage, not both and not none."), "amount")
        if new["kind"] == "price" and (new["amount"] is None or new["product"] is None):
            row.refuse(InvalidInput, Sentence("A price needs an amount and a product. Enter both."), "amount")
        if (new["amount"] or 0) < 0 or (new["percent"] or 0) < 0:
            row.refuse(
                InvalidInput,
                Sentence("It is negative. Enter 0 or more; a discount lowers the price by itself."),
                "amount",
            )
        if new["kind"] == "discount" and (new["percent"] or 0) > ENTIRE:
            row.refuse(InvalidInput, Sentence("A discount is 100 percent at most."), "percent")
        if new["customer"] is not None and new["customer_group"]:
            row.refuse(InvalidInput, Sentence("Enter a customer or a customer group, not both."), "customer_group")
        if new["valid_to_on"] is not None and new["valid_to_on"] < new["valid_from_on"]:
            row.refuse(InvalidInput, Sentence("It ends before it begins. Choose a later end."), "valid_to_on")

    def _judge_validity(self, rows: Sequence[Row], *, by: Actor) -> None:
        wanted = [validity for validity in (self._validity(row) for row in rows) if validity is not None]
        if not wanted:
            return
        _one_at_a_time({one.key[0] for one in wanted}, by=by)
        own = [row.record.pk for row in rows if row.record is not None]
        alike = Q(company_id__in={one.key[0] for one in wanted}, code__in={one.key[1] for one in wanted})
        near = PriceCondition.objects.filter(alike, is_active=True).exclude(pk__in=own)
        standing = [Validity(self.key_of(one)[:-1], one.valid_from_on, one.valid_to_on) for one in near]
        by_row = {row.number: row for row in rows}
        for refusal in refuse_overlaps(wanted, standing):
            by_row[refusal.row].refusals.append(refusal)

    def _validity(self, row: Row) -> Validity | None:
        """The days of a row that holds; None for one that is not active, and for one that changes nothing."""
        new = {**(self.current(row.record) if row.record else {}), **row.values}
        if not new["is_active"]:
            return None
        from_on, to_on = new["valid_from_on"], new["valid_to_on"]
        assert isinstance(from_on, date)
        return Validity(tuple(new[name] for name in _SAME), from_on, to_on, row.number)

    def write(self, rows: Sequence[Row], *, at: datetime) -> None:
        new = [row for row in rows if row.record is None]
        for row in rows:
            row.record = row.record or PriceCondition(version=0)
            for name, (_, value) in row.changes.items():
                setattr(row.record, COLUMNS.get(name, name), value)
            row.record.version += 1
        PriceCondition.objects.bulk_create([row.record for row in new])
        changed = [row.record for row in rows if row not in new]
        if changed:
            PriceCondition.objects.bulk_update(changed, [*(COLUMNS.get(name, name) for name in PRICE), "version"])

    def ref(self, record: PriceCondition) -> DocumentRef:
        return DocumentRef("price", record.pk, record.code)

    def company_id(self, record: PriceCondition) -> int:
        return record.company_id


def _one_at_a_time(company_ids: Iterable[int], *, by: Actor) -> None:
    """Hold the companies until the commit: of two who price the same for days that meet, the second sees the first's.

    Neither row is there for the other to lock. Documents refer to a company without waiting for this.
    """
    locks.begin().hold(Company, *sorted(company_ids), by=by)

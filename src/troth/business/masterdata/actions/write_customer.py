"""Customers: a party with an address, and how the company sells to it. The party may be known already."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from troth.business.masterdata.actions.bring import Row
from troth.business.masterdata.models import Customer
from troth.business.masterdata.rules import CUSTOMER, PARTY_FIELDS, As, Field
from troth.platform import locks
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.reference.models import Party

AS_CODE = ("availability_group",)


def column(name: str, fields: Mapping[str, Field]) -> str:
    """The attribute behind a field: codes are kept by id, but for those that stand in a lower floor as they are."""
    return f"{name}_id" if fields[name].read_as is As.CODE and name not in AS_CODE else name


class CustomerSheet:
    title: ClassVar[str] = "customer"
    fields: ClassVar[Mapping[str, Field]] = CUSTOMER

    def prepare(self, row: Row, record: Any) -> None:
        """Every field is stored as it is read."""

    def key(self, row: Row) -> tuple[Any, ...]:
        return row.values.get("company"), row.values.get("number")

    def find(self, rows: Sequence[Row], *, by: Actor) -> dict[tuple[Any, ...], Any]:
        numbers = {row.values.get("number") for row in rows}
        ids = Customer.objects.filter(party__number__in=numbers).values_list("pk", flat=True)
        locks.begin().hold(Customer, *[pk for pk in ids if by.is_system or self._may_see(pk, by)], by=by)
        held = Customer.objects.select_related("party").filter(pk__in=list(ids))
        return {(customer.company_id, customer.party.number): customer for customer in held}

    def _may_see(self, customer_id: int, by: Actor) -> bool:
        return by.sees(Customer.objects.values_list("company_id", flat=True).get(pk=customer_id))

    def current(self, record: Customer) -> dict[str, Any]:
        return {
            name: getattr(record.party if name in PARTY_FIELDS else record, column(name, CUSTOMER)) for name in CUSTOMER
        }

    def judge(self, rows: Sequence[Row], *, by: Actor, clock: Clock) -> None:
        """All that can be wrong with a customer is wrong with a field."""

    def write(self, rows: Sequence[Row], *, at: datetime) -> None:
        new = [row for row in rows if row.record is None]
        parties = {
            party.number: party for party in Party.objects.filter(number__in={row.values["number"] for row in new})
        }
        for row in rows:
            if row.record is None:
                party = parties.get(row.values["number"]) or Party()
                row.record = Customer(party=party, version=0)
            for name, (_, value) in row.changes.items():
                setattr(row.record.party if name in PARTY_FIELDS else row.record, column(name, CUSTOMER), value)
            row.record.version += 1
        self._save([row.record for row in new], [row.record for row in rows if row not in new])

    def _save(self, new: list[Customer], changed: list[Customer]) -> None:
        fresh = [customer.party for customer in new if customer.party.pk is None]
        Party.objects.bulk_create(fresh)
        for customer in new:
            customer.party = customer.party  # takes over the id the party has just got
        known = {customer.party.pk: customer.party for customer in [*new, *changed] if customer.party not in fresh}
        party_columns = [column(name, CUSTOMER) for name in PARTY_FIELDS]
        if known:
            for party in known.values():
                party.version += 1
            Party.objects.bulk_update(known.values(), [*party_columns, "version"])
        Customer.objects.bulk_create(new)
        columns = [column(name, CUSTOMER) for name in CUSTOMER if name not in PARTY_FIELDS]
        if changed:
            Customer.objects.bulk_update(changed, [*columns, "version"])

    def ref(self, record: Customer) -> DocumentRef:
        return DocumentRef("customer", record.pk, record.party.number)

    def company_id(self, record: Customer) -> int:
        return record.company_id

"""The small company of `tests.promising.books` with a planner who sets quotas.

Weeks of March 2026 begin on Mondays: the 2nd (today), the 9th, the 16th, the 23rd. Customers are told apart by group,
region and sales organisation as a test says, without a record of their own.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tests.promising.books import TODAY, Books, march, open_books
from troth.business.masterdata import models as masterdata
from troth.business.promising import actions as promising
from troth.business.promising import queries as promises
from troth.business.promising.models import QuotaUse
from troth.business.promising.rules import Promise, Wish
from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProcedureDraft, ProtectionDraft, ReachDraft, SequenceDraft, TargetDraft
from troth.business.quotas.models import Procedure
from troth.business.quotas.rules import Traits
from troth.ledgers.quota import queries as ledger
from troth.platform import locks
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.reference import models as reference

WEEKS = {march(2): 1, march(9): 2, march(16): 3, march(23): 4}
ALWAYS = date(2020, 1, 1)


@dataclass
class PlannedBooks(Books):
    """What a planner and an order desk do."""

    def procedure(self, code: str = "REGION", told_apart_by: str = "region", **fields: object) -> int:
        """A procedure by region and week, unless the test says otherwise."""
        draft = ProcedureDraft(code, code.title(), told_apart_by, "EA", **fields)  # type: ignore[arg-type]
        return quotas.save_procedure(draft, by=SYSTEM, clock=self.clock).id

    def sequence(self, *procedures: str, product: reference.Product | None = None, **fields: object) -> int:
        given = {"product": product.number} if product is not None else {}
        reach = ReachDraft(ALWAYS, **{**given, **fields})  # type: ignore[arg-type]
        draft = SequenceDraft("-".join(procedures) + str(fields.get("product_group", "")), "s", procedures, [reach])
        return quotas.save_sequence(draft, by=SYSTEM, clock=self.clock).id

    def plan(self, procedure_id: int, *targets: tuple[dict[str, str], date, int]) -> None:
        drafts = [TargetDraft(values, on, quantity) for values, on, quantity in targets]
        quotas.set_targets(procedure_id, drafts, by=SYSTEM, clock=self.clock)

    def quota(self, product: reference.Product, *targets: tuple[str, date, int], **fields: object) -> int:
        """A procedure by region that holds for a product, with (region, day in the week, quantity)."""
        procedure_id = self.procedure(**fields)
        self.plan(procedure_id, *(({"region": region}, on, quantity) for region, on, quantity in targets))
        self.sequence(Procedure.objects.get(pk=procedure_id).code, product=product)
        return procedure_id

    def protect(
        self, product: reference.Product, group: str, quantity: int, days: tuple[date, date] = (TODAY, march(31)),
        **fields: object,
    ) -> int:  # fmt: skip
        draft = ProtectionDraft(product.number, self.site.code, "customer_group", group, *days, quantity, **fields)  # type: ignore[arg-type]
        return quotas.save_protection(draft, by=SYSTEM, clock=self.clock).id

    def asks(
        self, product: reference.Product, quantity: int, on: date = TODAY, *, region: str = "", group: str = "",
        channel: str = "", customer: str = "", **fields: object,
    ) -> Wish:  # fmt: skip
        traits = Traits(product.number, product.category, customer, group, region=region, channel=channel)
        return self.wish(product, quantity, on, traits=traits, **fields)

    def hold_and(self, wishes: tuple[Wish, ...], verb: object, **options: object) -> Promise:
        with transaction.atomic():
            held = locks.begin()
            kinds = {wish.document.kind for wish in wishes}
            standing = [key for kind in kinds for key in promises.keys(kind, [wish.line_id for wish in wishes])]
            held.take(*standing, *promising.keys(wishes))
            return verb(held, wishes, clock=self.clock, **options)  # type: ignore[operator, no-any-return]

    def again(self, *wishes: Wish, **options: object) -> Promise:
        """Promise lines that stand already, as a change of an order does."""
        return self.hold_and(wishes, promising.reconfirm, **options)

    def cancel(self, *line_ids: int) -> None:
        with transaction.atomic():
            held = locks.begin()
            held.take(*promises.keys("order", line_ids))
            promising.withdraw(held, "order", line_ids, clock=self.clock)


def consumed(procedure_id: int) -> dict[tuple[str, int], int]:
    """(cell, number of the week of March 2026) -> what is consumed, where anything is."""
    rows = ledger.cells(procedure_id, first_period=0, last_period=10**6)
    return {(row.key.cell, row.key.period - 2930): row.consumed for row in rows if row.consumed}


def uses(line_id: int) -> list[tuple[str, int, int]]:
    """(cell, number of the week of March 2026, quantity) that a line consumes."""
    found = QuotaUse.objects.filter(requirement__line_id=line_id).order_by("position")
    return [(one.cell, one.period - 2930, one.quantity) for one in found]


def customers(books: PlannedBooks, *groups: str) -> None:
    """A customer of each group, so that the group is one that the books know."""
    organisation = reference.SalesOrganisation.objects.create(company=books.company, code="DE", name="Germany")
    terms = masterdata.PaymentTerms.objects.create(code="NET", name="net")
    for number, group in enumerate(groups, 100):
        party = reference.Party.objects.create(number=str(number), name=group, country_id="US")
        masterdata.Customer.objects.create(
            company=books.company, party=party, sales_organisation=organisation, group=group, currency_id="USD",
            payment_terms=terms, calendar=reference.WorkingCalendar.objects.first(),
        )  # fmt: skip


def open_planned_books() -> PlannedBooks:
    made = open_books()
    for region in ("NORTH", "SOUTH", "EAST"):
        reference.Party.objects.create(number=region, name=region, region=region, country_id="US")
    return PlannedBooks(made.company, made.site, made.bin, made.party)


def order(number: int) -> DocumentRef:
    return DocumentRef("order", number, str(number))

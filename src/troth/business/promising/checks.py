"""What must hold between requirements, schedule lines, allocations and the ledgers, for `troth verify`."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Q, Sum

from troth.business.promising.actions import counting
from troth.business.promising.models import Allocation, Hold, HoldLine, Keeping, QuotaUse, Requirement, ScheduleLine
from troth.business.promising.rules.quotas import Use
from troth.business.promising.states import UNSECURED
from troth.business.promising.store import own_segment
from troth.kernel.netting import Category
from troth.kernel.places import PREFIX
from troth.ledgers.availability import queries as availability
from troth.ledgers.quota import queries as quota
from troth.ledgers.stock import queries as stock
from troth.platform.verify import Check, Count, Finding, register


def _demand() -> Iterator[Finding | Count]:
    """Demand in the availability ledger is what is confirmed and not delivered, line by line, of orders and holds."""
    open_lines = ScheduleLine.objects.filter(delivered__lt=F("quantity"), requirement__is_checked=True)
    rows = (
        open_lines.values_list("requirement__document_kind", "requirement__line_id")
        .annotate(open=Sum(F("quantity") - F("delivered")))
        .order_by("requirement__document_kind", "requirement__line_id")
    )
    confirmed = {(kind, line_id): quantity for kind, line_id, quantity in rows}
    kinds = set(Requirement.objects.values_list("document_kind", flat=True).distinct())
    demanded = {
        line: -quantity
        for line, quantity in availability.standing_by_line(
            Category.ORDER, Category.UNSECURED_ORDER, Category.HOLD
        ).items()
        if line[0] in kinds
    }
    lines = sorted(confirmed.keys() | demanded.keys())
    yield Count(len(lines))
    for kind, line_id in lines:
        promised, posted = confirmed.get((kind, line_id), 0), demanded.get((kind, line_id), 0)
        if promised != posted:
            yield Finding(
                f"Line {line_id} of {kind}: {promised} are confirmed and open, {posted} are posted as demand.",
                {"kind": kind, "line": line_id, "confirmed": promised, "posted": posted},
            )


def _unsecured() -> Iterator[Finding | Count]:
    """What is confirmed ahead of firm supply is posted apart, so that it is never taken for a promise on supply."""
    open_lines = ScheduleLine.objects.filter(
        delivered__lt=F("quantity"), requirement__is_checked=True, basis__in=UNSECURED
    )
    rows = (
        open_lines.values_list("requirement__document_kind", "requirement__line_id")
        .annotate(open=Sum(F("quantity") - F("delivered")))
        .order_by("requirement__document_kind", "requirement__line_id")
    )
    confirmed = {(kind, line_id): quantity for kind, line_id, quantity in rows}
    posted = {line: -quantity for line, quantity in availability.standing_by_line(Category.UNSECURED_ORDER).items()}
    lines = sorted(confirmed.keys() | posted.keys())
    yield Count(len(lines))
    for line in lines:
        told, stands = confirmed.get(line, 0), posted.get(line, 0)
        if told != stands:
            yield Finding(
                f"Line {line[1]} of {line[0]}: {told} are confirmed ahead of firm supply, {stands} are posted as that.",
                {"kind": line[0], "line": line[1], "confirmed": told, "posted": stands},
            )


def _within_wish() -> Iterator[Finding | Count]:
    yield Count(Requirement.objects.count())
    over = Requirement.objects.filter(confirmed_quantity__gt=F("quantity")).order_by("id")
    for one in over.values_list("document_kind", "line_id", "confirmed_quantity", "quantity"):
        yield Finding(
            f"Line {one[1]} of {one[0]}: {one[2]} are confirmed, {one[3]} were wished.",
            {"kind": one[0], "line": one[1]},
        )


def _summed() -> Any:
    return Requirement.objects.annotate(
        scheduled=Sum("schedule_lines__quantity", default=0), delivered=Sum("schedule_lines__delivered", default=0)
    )


def _confirmed() -> Iterator[Finding | Count]:
    yield Count(Requirement.objects.count())
    wrong = _summed().exclude(confirmed_quantity=F("scheduled")).order_by("id")
    for kind, line_id, confirmed, scheduled in wrong.values_list(
        "document_kind", "line_id", "confirmed_quantity", "scheduled"
    ):
        yield Finding(
            f"Line {line_id} of {kind}: {confirmed} are noted as confirmed, its schedule lines hold {scheduled}.",
            {"kind": kind, "line": line_id, "confirmed": confirmed, "scheduled": scheduled},
        )


def _open() -> Iterator[Finding | Count]:
    yield Count(Requirement.objects.count())
    right = Q(is_withdrawn=True, open_quantity=0) | Q(is_withdrawn=False, open_quantity=F("quantity") - F("delivered"))
    for kind, line_id, open_quantity, delivered in (
        _summed().exclude(right).order_by("id").values_list("document_kind", "line_id", "open_quantity", "delivered")
    ):
        yield Finding(
            f"Line {line_id} of {kind}: {open_quantity} are noted as open, but {delivered} are delivered.",
            {"kind": kind, "line": line_id, "open": open_quantity, "delivered": delivered},
        )


def _allocations() -> Iterator[Finding | Count]:
    rows = (
        Allocation.objects.filter(released_at=None)
        .values_list("requirement__line_id")
        .annotate(tied=Sum("quantity"))
        .order_by("requirement__line_id")
    )
    noted = {own_segment(line_id): quantity for line_id, quantity in rows}
    lying = stock.by_owner("order:")
    owners = sorted(noted.keys() | lying.keys())
    yield Count(len(owners))
    for owner in owners:
        if noted.get(owner, 0) != lying.get(owner, 0):
            yield Finding(
                f"{owner}: {noted.get(owner, 0)} are allocated, {lying.get(owner, 0)} lie under it in stock.",
                {"owner": owner, "allocated": noted.get(owner, 0), "stock": lying.get(owner, 0)},
            )


def _locations() -> Iterator[Finding | Count]:
    """What a location keeps for its own promises lies there, and no more is kept than they need."""
    for row in stock.misplaced():
        yield Finding(
            f"{row.quantity} of product {row.key.product_id} lie at location {row.location} of site {row.site} and are"
            f" kept for {row.key.owner}.",
            {"product": row.key.product_id, "site": row.key.site_id, "owner": row.key.owner},
        )
    balances = availability.totals_of_segments(PREFIX)
    yield Count(len(balances))
    for (product_id, site_id, segment), over in balances.items():
        if over > 0:
            yield Finding(
                f"Product {product_id} at site {site_id}, {segment}: {over} are kept that no promise needs.",
                {"product": product_id, "site": site_id, "segment": segment, "over": over},
            )


def _holds() -> Iterator[Finding | Count]:
    """What an ended hold took is free."""
    lines = HoldLine.objects.exclude(hold__state="active").values_list("id", flat=True)
    yield Count(Hold.objects.count())
    for line_id in Requirement.objects.filter(
        document_kind="hold", open_quantity__gt=0, is_withdrawn=False, line_id__in=lines
    ).values_list("line_id", flat=True):
        yield Finding(f"Line {line_id} of a hold that has ended still holds goods.", {"line": line_id})


def _quotas() -> Iterator[Finding | Count]:
    """What the quota ledger has as consumed is what the lines of documents consume, cell by cell."""
    rows = (
        QuotaUse.objects.values_list("procedure_id", "cell", "period")
        .annotate(used=Sum("quantity"))
        .order_by("procedure_id", "cell", "period")
    )
    used = {(procedure_id, cell, period): quantity for procedure_id, cell, period, quantity in rows}
    posted = quota.consumed()
    cells = sorted(used.keys() | posted.keys())
    yield Count(len(cells))
    for place in cells:
        if used.get(place, 0) != posted.get(place, 0):
            procedure_id, cell, period = place
            yield Finding(
                f"Cell {cell} of procedure {procedure_id} in period {period}: lines consume {used.get(place, 0)},"
                f" the ledger has {posted.get(place, 0)}.",
                {"procedure": procedure_id, "cell": cell, "period": period},
            )


def _counted() -> Iterator[Finding | Count]:
    """What is promised is consumed in full of whatever holds for it, whichever of the two came first.

    What is confirmed of a line in periods that a row plans, or for days on which a protection keeps for it, is what it
    consumes of each; a line that something holds for is marked.
    """
    reached = counting.everything()
    yield Count(Requirement.objects.filter(product_id__in=counting.product_ids(reached)).count())
    found = counting.uncounted(reached)
    for one, uses in found.uses.values():
        before, after = _by_cell(one.uses), _by_cell(uses)
        for (procedure_id, cell, period), quantity in sorted(after.items()):
            counted = before.get((procedure_id, cell, period), 0)
            if quantity != counted:
                yield Finding(
                    f"Line {one.line_id} of {one.document.kind}: {counted} of it are"
                    f" counted in cell {cell} of procedure {procedure_id} in period {period}, not {quantity}.",
                    {"line": one.line_id, "procedure": procedure_id, "cell": cell, "period": period},
                )
    for requirement_id in found.marks:
        yield Finding(f"A quota holds for requirement {requirement_id}, which is not marked.", {"id": requirement_id})


def _by_cell(uses: Iterable[Use]) -> dict[tuple[int, str, int], int]:
    sums: dict[tuple[int, str, int], int] = {}
    for use in uses:
        sums[use[1:4]] = sums.get(use[1:4], 0) + use.quantity
    return sums


def _no_more() -> Iterator[Finding | Count]:
    """A line consumes of each sequence no more than is confirmed of it; what it gave up was given back."""
    uses = QuotaUse.objects.values_list("requirement__document_kind", "requirement__line_id", "sequence")
    sums = uses.annotate(used=Sum("quantity"), confirmed=F("requirement__confirmed_quantity"))
    yield Count(QuotaUse.objects.values("requirement_id").distinct().count())
    for kind, line_id, sequence, used, confirmed in sums.filter(used__gt=F("confirmed")).order_by(
        "requirement__line_id", "sequence"
    ):
        yield Finding(
            f"Line {line_id} of {kind} consumes {used} of its quotas, and {confirmed} are confirmed.",
            {"kind": kind, "line": line_id, "sequence": sequence},
        )


def _quota_marks() -> Iterator[Finding | Count]:
    """Whoever reads a line that consumes quotas knows it by a mark on the line."""
    rows = QuotaUse.objects.filter(requirement__is_rationed=False).values_list("requirement__line_id", flat=True)
    yield Count(QuotaUse.objects.values("requirement_id").distinct().count())
    for line_id in rows.order_by("requirement__line_id").distinct():
        yield Finding(f"Line {line_id} consumes a quota and is not marked.", {"line": line_id})


def _lapsed() -> Iterator[Finding | Count]:
    """A document whose confirmations were given up has none but what is delivered."""
    lapsed = Keeping.objects.exclude(lapsed_at=None).order_by("document_kind", "document_id")
    yield Count(lapsed.count())
    for row in lapsed:
        lines = ScheduleLine.objects.filter(
            requirement__document_kind=row.document_kind, requirement__document_id=row.document_id,
            delivered__lt=F("quantity"),
        )  # fmt: skip
        if lines.exists():
            yield Finding(
                f"{row.document_number} has lapsed under its block, and goods are confirmed on it.",
                {"kind": row.document_kind, "document": row.document_id},
            )


register(Check("promising: lapsed", "What was kept for a time and given up is confirmed no more.", _lapsed))
register(Check("promising: quotas", "What is consumed of each cell is the sum of what lines consume.", _quotas))
register(Check("promising: counted", "Each promise is consumed in full of the quotas that hold for it.", _counted))
register(Check("promising: no more", "No line consumes more of its quotas than is confirmed of it.", _no_more))
register(Check("promising: quota marks", "Every line that consumes a quota is marked.", _quota_marks))
register(
    Check(
        "promising: locations", "What locations keep lies there, and is needed by promises made from there.", _locations
    )
)
register(Check("promising: holds", "A hold that has ended holds nothing.", _holds))
register(Check("promising: demand", "Order demand is what is confirmed and not delivered.", _demand))
register(
    Check(
        "promising: ahead of supply",
        "What is confirmed on planned supply or on the lead time is posted, and counted, apart.",
        _unsecured,
    )
)
register(Check("promising: within the wish", "No more is confirmed than was wished.", _within_wish))
register(Check("promising: confirmed", "What a line has confirmed is the sum of its schedule lines.", _confirmed))
register(Check("promising: open", "What a line has open is what was wished and not delivered.", _open))
register(Check("promising: allocations", "Allocated quantities lie in stock under their line.", _allocations))

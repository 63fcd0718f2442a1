"""What must hold between supply and the ledgers, for `troth verify`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from troth.business.masterdata import queries as masterdata
from troth.business.supply.models import Forecast, InspectionLot, Receipt, UsageDecision
from troth.business.supply.types import COUNTS, EXPECTED, becomes
from troth.kernel.netting import Category
from troth.kernel.places import PREFIX
from troth.kernel.valuations import segment_of
from troth.ledgers.availability import queries as availability
from troth.ledgers.stock import queries as stock
from troth.platform.verify import Check, Count, Finding, register


def _expected() -> Iterator[Finding | Count]:
    """What open receipts still expect is posted as supply, receipt by receipt, as what its kind counts."""
    standing = {
        (line_id, category): quantity
        for category in EXPECTED.values()
        for (kind, line_id), quantity in availability.standing_by_line(category).items()
        if kind == "receipt"
    }
    rows = Receipt.objects.filter(state="open").values_list("id", "kind", "is_firm", "quantity", "received")
    expected = {(row[0], EXPECTED[row[1], bool(row[2])]): row[3] - row[4] for row in rows}
    receipts = sorted(expected.keys() | standing.keys())
    yield Count(len(receipts))
    for receipt_id, category in receipts:
        wanted, posted = expected.get((receipt_id, category), 0), standing.get((receipt_id, category), 0)
        if wanted != posted:
            yield Finding(
                f"Receipt {receipt_id}: {wanted} are expected, {posted} are posted as {category.name.lower()}.",
                {"receipt": receipt_id, "expected": wanted, "posted": posted},
            )


def _forecast() -> Iterator[Finding | Count]:
    """What is forecast for days to come is posted as demand; what shipments used of it is posted beside it."""
    stands = availability.standing_by_line(Category.FORECAST)
    posted = {line_id: -quantity for (kind, line_id), quantity in stands.items() if kind == "forecast"}
    # A day after every site's: what has passed may be taken out at any time.
    coming = Forecast.objects.filter(on__gt=(datetime.now(UTC) + timedelta(hours=14)).date())
    wanted = {one: quantity for one, quantity in coming.values_list("id", "quantity") if quantity}
    known = set(Forecast.objects.filter(id__in=posted).values_list("id", flat=True))
    rows = sorted(wanted.keys() | (posted.keys() - known) | (posted.keys() & set(coming.values_list("id", flat=True))))
    yield Count(len(rows))
    for row in rows:
        if wanted.get(row, 0) != posted.get(row, 0):
            yield Finding(
                f"Forecast {row}: {wanted.get(row, 0)} are forecast, {posted.get(row, 0)} are posted as demand.",
                {"forecast": row, "forecast_quantity": wanted.get(row, 0), "posted": posted.get(row, 0)},
            )


def _stock() -> Iterator[Finding | Count]:
    """Stock of each type is its category in availability: the company's own, what is tied to a line, and what
    a location keeps."""
    for stock_type, is_left_out, category in COUNTS:
        posted = availability.standing_of(category)
        lying: dict[tuple[int, int, str], int] = {}
        for (product_id, site_id, owner, valuation), quantity in stock.of_type(
            stock_type, is_left_out=is_left_out
        ).items():
            if owner == "" or owner.startswith(("order:", PREFIX)):
                place = (product_id, site_id, owner or segment_of(valuation))
                lying[place] = lying.get(place, 0) + quantity
        places = sorted(posted.keys() | lying.keys())
        yield Count(len(places))
        for place in places:
            if posted.get(place, 0) != lying.get(place, 0):
                product_id, site_id, segment = place
                yield Finding(
                    f"Product {product_id} at site {site_id} {segment}".rstrip()
                    + f": {lying.get(place, 0)} {stock_type} lie in the bins, {posted.get(place, 0)} are posted.",
                    {"product": product_id, "site": site_id, "segment": segment, "type": str(stock_type)},
                )


def _lots() -> Iterator[Finding | Count]:
    """Lots in availability are the batches in the bins, by type of stock, and last as long as the batches do."""
    for stock_type, is_left_out, category in COUNTS:
        posted, lying = availability.lots_standing(category), stock.batches_of_type(stock_type, is_left_out=is_left_out)
        known = masterdata.batches((product_id, batch) for product_id, _, batch in (*posted, *lying))
        yield Count(len(posted.keys() | lying.keys()))
        for place in sorted(posted.keys() | lying.keys()):
            product_id, site_id, batch = place
            row = known.get((product_id, batch))
            if row is None:
                continue
            there = {row.lasts: lying[place]} if place in lying else {}
            if posted.get(place, {}) != there:
                yield Finding(
                    f"Batch {batch} of product {product_id} at site {site_id}: {there} {stock_type} lie in the bins by "
                    f"last day, {posted.get(place, {})} are posted.",
                    {"product": product_id, "site": site_id, "batch": batch, "type": str(stock_type)},
                )


def _valued() -> Iterator[Finding | Count]:
    """What lies or is expected of a product that is valuated separately is of a type of it, of others of none."""
    types = masterdata.valuation_types()
    expected = Receipt.objects.filter(state="open").values_list("product_id", "valuation").distinct()
    named = {(product_id, valuation): "lie in the bins" for product_id, valuation, _ in stock.valued()}
    named |= dict.fromkeys(expected.order_by("product_id", "valuation"), "are expected")
    yield Count(len(named))
    for (product_id, valuation), where in sorted(named.items()):
        known = types[product_id].known if product_id in types else frozenset({""})
        if valuation not in known:
            yield Finding(
                f"Goods of product {product_id} {where} that are of valuation type {valuation!r}: it has"
                f" {', '.join(sorted(known)) if product_id in types else 'none'}.",
                {"product": product_id, "valuation": valuation},
            )


def _inspected() -> Iterator[Finding | Count]:
    """What is open of the lots of a bin lies there in inspection, and what is decided of a lot was posted."""
    decided: dict[int, int] = {}
    standing = UsageDecision.objects.filter(is_reversed=False)
    for lot_id, quantity in standing.values_list("lot_id", "quantity"):
        decided[lot_id] = decided.get(lot_id, 0) + quantity
    open_: dict[tuple[int, int, str, str], int] = {}
    lots = InspectionLot.objects.order_by("id")
    yield Count(lots.count())
    for lot in lots.iterator():
        if lot.open:
            key = (lot.bin_id, lot.product_id, lot.batch, lot.valuation)
            open_[key] = open_.get(key, 0) + lot.open
        left = 0 if lot.state == "cancelled" else lot.quantity - decided.get(lot.pk, 0)
        if lot.open != left or (lot.state == "cancelled" and decided.get(lot.pk)):
            yield Finding(
                f"Inspection lot {lot.number}: {lot.open} are open, {left} of {lot.quantity} are not decided.",
                {"lot": lot.pk, "open": lot.open, "left": left},
            )
    lying = stock.lying_in_bins("quality")
    for (bin_id, product_id, batch, valuation), quantity in sorted(open_.items()):
        if quantity > (there := lying.get((bin_id, product_id, batch, valuation), 0)):
            yield Finding(
                f"Product {product_id} in bin {bin_id} {batch}".rstrip()
                + f": {quantity} are open in inspection lots, {there} lie there in inspection.",
                {"product": product_id, "bin": bin_id, "batch": batch, "open": quantity, "lying": there},
            )
    yield from _posted(standing)


def _posted(standing: QuerySet[UsageDecision]) -> Iterator[Finding]:
    """Each decision that stands is a posting that stands, of the same quantity and to the type it leads to."""
    rows = standing.values_list(
        "id", "code", "quantity", "posting__quantity", "posting__to_type", "posting__is_reversed"
    )
    for decision_id, code, quantity, posted, to_type, is_reversed in rows:
        if (posted, to_type, is_reversed) != (quantity, str(becomes(code)), False):
            yield Finding(
                f"Usage decision {decision_id}: {quantity} are {code}ed, its posting of {posted} is to {to_type}"
                + (" and reversed." if is_reversed else "."),
                {"decision": decision_id, "quantity": quantity, "posted": posted},
            )


register(Check("supply: inspection lots", "What is open of inspection lots lies in inspection.", _inspected))
register(Check("supply: valuation", "Goods are of a valuation type where their product has types.", _valued))
register(Check("supply: lots", "Available lots are the batches in the bins, with their last days.", _lots))
register(Check("supply: stock", "Each type of stock counts as what lies of it in the bins.", _stock))
register(Check("supply: expected", "What receipts still expect is posted as supply.", _expected))
register(Check("supply: forecast", "What is forecast is posted as demand.", _forecast))

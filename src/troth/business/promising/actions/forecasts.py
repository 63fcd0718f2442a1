"""What is forecast and was shipped: while goods are ordered, their demand uses the forecast up; when they leave it is
gone, and what it used is posted in its place."""

from collections.abc import Sequence

from troth.business.masterdata import queries as masterdata
from troth.kernel import forecast
from troth.kernel.netting import Category
from troth.kernel.scopes import Event
from troth.ledgers.availability import queries as stands
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.queries import StandingRow
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held


def used_by_leaving(held: Held, rows: Sequence[StandingRow], today: int) -> list[Entry]:
    """Postings that keep used what delivery demand (`rows`) used of a forecast, which is taken back already.

    Of a product that is valuated separately there is none, and nobody holds the series in which it would stand.
    """
    known = set(held.keys())
    common = [(AvailabilityKey(row.key.product_id, row.key.site_id), row) for row in rows]
    found = [(key, row) for key, row in common if key in known]
    foreseen = {key for key, _ in found if forecast.has_forecast(held.balance(key).series)}
    scopes = masterdata.checking_scopes({key.product_id for key in foreseen}, Event.ORDER) if foreseen else {}
    entries: list[Entry] = []
    rests = {key: forecast.left(held.balance(key).series, scopes[key.product_id].window, today) for key in foreseen}
    for key, row in found:
        if key in foreseen:
            used = forecast.used_by(rests[key], (row.day, -row.quantity), scopes[key.product_id].window, today)
            taken = forecast.postings(used)
            rests[key] = forecast.without(rests[key], used)
            entries += [Entry(key, category, day, q, row.source, row.source_line_id) for category, day, q in taken]
    return entries


def given_back(delivery: DocumentRef, delivery_line_ids: Sequence[int]) -> list[Entry]:
    """Postings by which the forecast is there again that goods had used which have come back."""
    rows = stands.standing([(delivery.kind, line_id) for line_id in delivery_line_ids])
    return [
        Entry(row.key, row.category, row.day, -row.quantity, row.source, row.source_line_id)
        for row in rows
        if row.category == Category.FORECAST
    ]

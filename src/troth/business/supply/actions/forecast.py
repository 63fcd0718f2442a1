"""Forecasts: what is expected to be ordered of a product at a site for a day, posted to availability as demand.

Whether it counts is said by the scope of check. Orders use it up (`kernel.forecast`); what was shipped has used it for
good. A day that has passed is settled with the next forecast of its product: what was left of it is taken out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from troth.business.masterdata.queries import valuation_types
from troth.business.supply.models import Forecast
from troth.business.supply.rules import ReasonMissing, WrongValuation, check_forecast, forecast_twice
from troth.kernel.calendars import date_of, day_of
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.netting import Category
from troth.ledgers.availability import actions as availability
from troth.ledgers.availability.actions import Entry
from troth.ledgers.availability.keys import AvailabilityKey
from troth.platform import actions, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.queries import SiteRow

KIND = "forecast"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """`quantity` (smallest units, 0: none any more) for a day from today on; of a week or a month, its last day."""

    product_id: int
    site_id: int
    on: date
    quantity: int

    @property
    def key(self) -> AvailabilityKey:
        return AvailabilityKey(self.product_id, self.site_id)


@action
def set_forecast(rows: Sequence[Foreseen], *, reason: str, by: Actor, clock: Clock) -> int:
    """Let these be the forecasts of their days, all or none; return how many differ from what stood before.

    `reason` says where they come from, such as the version of a plan. Days that are not named keep theirs.
    `ForecastTwice`, `ForecastPast`, `ReasonMissing` and products that are not stocked are refused.
    """
    if not reason.strip():
        raise ReasonMissing(Sentence("A forecast needs a reason. Say where it comes from."), field="reason")
    sites = _check(rows, by, clock)
    held = locks.begin()
    keys = list(dict.fromkeys(row.key for row in rows))
    held.take(*keys)
    _refuse_valuated(rows)
    # Whoever writes forecasts of a product at a site holds its series, so that these rows stand still.
    found = {
        (one.product_id, one.site_id, one.on): one
        for one in Forecast.objects.filter(
            product_id__in={row.product_id for row in rows}, site_id__in={row.site_id for row in rows}
        )
    }
    entries = _passed(held, keys, found, {site_id: today for site_id, (_, today) in sites.items()})
    changed = [_set(row, found, sites[row.site_id][0], reason.strip()) for row in rows]
    for forecast, before in changed:
        if forecast.quantity == before:
            continue
        ref = ref_of(forecast)
        less = before - forecast.quantity
        key = AvailabilityKey(forecast.product_id, forecast.site_id)
        entries.append(Entry(key, Category.FORECAST, day_of(forecast.on), less, ref, forecast.pk))
        events.record(
            "supply.forecast_set", ref, company_id=forecast.company_id, by=by, at=clock.now(),
            facts={"product": forecast.product_id, "site": forecast.site_id, "on": forecast.on, "reason": reason},
            changes={"quantity": (before, forecast.quantity)},
        )  # fmt: skip
    availability.post(held, entries, at=clock.now())
    return sum(1 for forecast, before in changed if forecast.quantity != before)


def _refuse_valuated(rows: Sequence[Foreseen]) -> None:
    """A forecast is of no valuation type, so that orders of any would use up what was meant for another."""
    types = valuation_types({row.product_id for row in rows})
    for number, row in enumerate(rows, 1):
        if row.product_id in types and row.quantity:
            raise WrongValuation(
                Sentence("The product is valuated separately, and a forecast is of no type. Leave the product out."),
                row=number,
                field="product",
            )


def _check(rows: Sequence[Foreseen], by: Actor, clock: Clock) -> dict[int, tuple[SiteRow, date]]:
    """Refuse what is wrong; return the sites with their days."""
    sites: dict[int, tuple[SiteRow, date]] = {}
    for site_id in {row.site_id for row in rows}:
        site = reference.site(site_id)
        actions.require(by, company_id=site.company_id, site_id=site_id)
        sites[site_id] = site, clock.today(site.time_zone)
    products = reference.products({row.product_id for row in rows})
    seen: set[Foreseen] = set()
    for number, row in enumerate(rows, 1):
        product = products.get(row.product_id)
        if product is None:
            raise NotFound(Sentence("There is no product %(id)s."), row=number, field="product", id=row.product_id)
        check_forecast(product, row.quantity, row.on, sites[row.site_id][1], number)
        place = Foreseen(row.product_id, row.site_id, row.on, 0)
        if place in seen:
            raise forecast_twice(product.number, row.on, number)
        seen.add(place)
    return sites


def _set(
    row: Foreseen, found: dict[tuple[int, int, date], Forecast], site: SiteRow, reason: str
) -> tuple[Forecast, int]:  # fmt: skip
    """The forecast as it is to be, written, and what it was before."""
    one = found.get((row.product_id, row.site_id, row.on))
    if one is None:
        made = Forecast.objects.create(
            company_id=site.company_id, product_id=row.product_id, site_id=row.site_id, on=row.on,
            quantity=row.quantity, reason=reason,
        )  # fmt: skip
        return made, 0
    before, one.quantity = one.quantity, row.quantity
    if before != row.quantity:
        one.reason = reason
        one.version += 1
        one.save(update_fields=["quantity", "reason", "version"])
    return one, before


def _passed(
    held: Held, keys: Sequence[AvailabilityKey], found: dict[tuple[int, int, date], Forecast], today: dict[int, date]
) -> list[Entry]:
    """Entries that take out what is left of days that have passed."""
    entries = []
    for key in keys:
        for category, day, quantity in held.balance(key).series.postings():
            if category == Category.FORECAST and day < day_of(today[key.site_id]):
                one = found[key.product_id, key.site_id, date_of(day)]
                entries.append(Entry(key, category, day, -quantity, ref_of(one), one.pk))
    return entries


def ref_of(forecast: Forecast) -> DocumentRef:
    return DocumentRef(KIND, forecast.pk, f"F{forecast.pk}")

"""The demo company: what `troth demo` builds. See `docs/demo-company.md`.

| module | what it does |
| --- | --- |
| `dates` | how the source's dates become days around today |
| `organisation`, `products`, `customers`, `prices`, `goods` | the facts as master data, stock and receipts |
| `company` | builds all of it in an empty database |
| `people` | the users, one for each role |
| `play` | sixty days of orders, deliveries, invoices and payments |
| `cm1` | one order from the quotation to the payment, each document printed |
| `planned` | a bike that is planned and not made yet, and an order on the plan |
| `valuations` | a bike that is sold new and refurbished, and an order of both |
| `offering` | listings, substitutions, free goods and rules of availability, and an order in which they are at work |
| `quotas` | a quota, a supply protection, and an order that both cut |
"""

from collections.abc import Iterator

from django.conf import settings

from troth.doors.cli.progress import progress
from troth.doors.demo import company
from troth.doors.demo.cm1 import CM1
from troth.doors.demo.dates import Dates
from troth.doors.demo.forecasts import write_forecast
from troth.doors.demo.offering import write_offering
from troth.doors.demo.people import PASSWORD, USERS, add_people
from troth.doors.demo.planned import write_plan
from troth.doors.demo.play import Stage, play, script
from troth.doors.demo.quotas import write_quotas
from troth.doors.demo.valuations import write_valuation
from troth.kernel.errors import BusinessError
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.permissions import ROLES

__all__ = ["PASSWORD", "USERS", "DemoInProduction", "run"]

ORDERS, ORDERS_OF_HISTORY = 400, 2_000


class DemoInProduction(BusinessError):
    """The demo's users have a known password."""

    code = "demo_in_production"


def run(*, history: bool, orders: int | None = None, clock: Clock = SYSTEM_CLOCK) -> Iterator[str]:
    """Build and play the demo company where there is none; yield the lines a person should read.

    `orders` are played: 400, with `history` 2,000, unless another number is given.
    """
    if settings.PRODUCTION:
        raise DemoInProduction(
            "The demo's users have a known password; build it where TROTH_ENV is development, with its own database."
        )
    if company.exists():
        yield "The demo company stands here already and is kept as it is; for a new one name an empty database by --db."
        add_people(clock=clock)
    else:
        wanted = orders if orders is not None else ORDERS_OF_HISTORY if history else ORDERS
        yield from _make(wanted, clock)
    yield f"Sign in with the password {PASSWORD} as:"
    for name, role in USERS.items():
        yield f"  {name:<8} {ROLES[role]}"


def _make(orders: int, clock: Clock) -> Iterator[str]:
    built = company.build(clock, orders=orders)
    yield (
        f"Adventure Works Cycles: {built.products} products in {built.places} bins, {built.customers} customers, "
        f"{built.receipts} expected receipts."
    )
    stage = Stage.open(Dates.of(clock), clock.now())
    planned = script(stage.dates, orders)
    with progress("orders of sixty days", len(planned)) as advance:
        play(stage, planned, advance)
    yield "Played: " + ", ".join(f"{count:,} {what}" for what, count in sorted(stage.counts.items())) + "."
    for title, document in CM1(stage).play():
        yield f"\n{title}\n{document}"
    yield f"\nOn the plan: order {write_plan(stage)} stands on planned orders, of which one is firm."
    yield f"Told apart by type: order {write_valuation(stage)} is of new bikes and of refurbished ones."
    yield f"Sold by rule: order {write_offering(stage)} shows substitutions, free goods and rules of availability."
    yield f"Kept for a forecast: order {write_forecast(stage)} gets what is forecast for nobody else."
    yield f"Cut by quota: order {write_quotas(stage)} shows a quota and a supply protection."
    yield ""

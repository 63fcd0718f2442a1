"""The books that the page bench asks: a year of orders that went all the way, and a day's work that waits.

| lines | quick | full |
| --- | --- | --- |
| orders delivered, billed and paid | 19,000 | 950,000 |
| everything that still waits | 1,250 | 50,000 |
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from troth.doors.bench import company, copying, history
from troth.doors.bench.scene import BenchCompany
from troth.platform import permissions

SHORT = 20
DAYS_APART = 1
EVERYBODY = "bench"


@dataclass(frozen=True, slots=True)
class Extent:
    """So many orders are played to their end and then copied so many times; so often is the day's work copied."""

    played: int
    past: int
    present: int
    size: company.Size
    rounds: int = 5

    @property
    def steps(self) -> int:
        return 2 * len(copying.TABLES) + 5


def size(products: int, customers: int) -> company.Size:
    """So many products that lie in stock, and some that nobody has or expects."""
    stock = (10**9,) * products + (0,) * SHORT
    return company.Size(stock=stock, customers=customers, receipts=0, laid_on=date.today())


def full() -> Extent:
    return Extent(200, 474, 40, size(2_000, 5_000))


def quick() -> Extent:
    return Extent(50, 38, 0, size(200, 200))


def lines() -> int:
    """How many order lines there are."""
    return int(apps.get_model("sales.OrderLine")._default_manager.count())


def fill(extent: Extent, step: Callable[[str], None]) -> copying.Marks:
    """Fill an empty database; `step` is told what begins. Returns where the work of a day begins."""
    step("master data, stock and receipts")
    built = company.build(extent.size)
    people()
    player = history.Player(_stage(built, extent))
    step(f"{extent.played} orders played to their payment")
    since = copying.marks()
    player.past(extent.played)
    copying.copy(since, extent.past, days_apart=DAYS_APART, tell=lambda table: step(f"the year of {table}"))
    step("the work of a day played")
    since = copying.marks()
    player.present(extent.rounds)
    copying.copy(since, extent.present, tell=lambda table: step(f"what waits of {table}"))
    step("balances and statistics")
    copying.sum_up()
    return since


def people() -> None:
    """Somebody for each role, and one person who has them all."""
    user, grant = get_user_model(), apps.get_model("platform.RoleGrant")
    for role in permissions.ROLES:
        grant.objects.create(user=user.objects.create(username=f"{EVERYBODY}-{role}"), role=role)
    everybody = user.objects.create(username=EVERYBODY)
    for role in permissions.ROLES:
        grant.objects.create(user=everybody, role=role)


def _stage(built: BenchCompany, extent: Extent) -> history.Stage:
    """The last customer may owe nothing; the last products are not in stock and nobody expects them."""
    owing, products = built.customers[-1], len(built.products) - SHORT
    account = apps.get_model("credit.CreditAccount")._default_manager.filter(party__number=owing)
    account.update(limit=1)
    place: Any = apps.get_model("reference.Bin")._default_manager.get()
    owner: Any = get_user_model().objects.get(username=EVERYBODY)
    return history.Stage(
        BenchCompany(built.company_id, built.site_id, built.customers[:-1], built.products[:products]),
        extent.size.laid_on,
        built.products[products:],
        owing,
        place.pk,
        owner.pk,
    )

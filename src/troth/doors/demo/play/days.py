"""One day after the other, from the first orders to today; on the last day work is left lying at every step."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from troth.doors.demo.dates import is_working_day
from troth.doors.demo.play.counting_house import CountingHouse
from troth.doors.demo.play.office import Office
from troth.doors.demo.play.script import Planned
from troth.doors.demo.play.stage import Stage
from troth.doors.demo.play.yard import Yard

LAST_STEPS = 4
DAYS_AHEAD = 4


def play(stage: Stage, planned: list[Planned], advance: Callable[[int], None]) -> None:
    """Play the orders; `advance` is told how many orders were entered."""
    by_day: dict[date, list[Planned]] = defaultdict(list)
    for one in planned:
        by_day[one.on].append(one)
    office, yard, house = Office(stage), Yard(stage), CountingHouse(stage)
    on = stage.dates.first
    while on <= stage.dates.today:
        if is_working_day(on):
            stage.begin_day(on)
            _day(on, by_day.get(on, []), office, yard, house)
            advance(len(by_day.get(on, [])))
        on += timedelta(days=1)


def _day(on: date, orders: list[Planned], office: Office, yard: Yard, house: CountingHouse) -> None:
    is_last = on == yard.stage.dates.today
    yard.receive(on)
    house.receive(on)
    billed_by_order = office.enter(orders)
    office.follow_up(on)
    if not is_last:
        yard.prove(on)
    house.bill(on, delivery_ids=_taken(yard.issued, leave=2 if is_last else 0), order_ids=billed_by_order)
    yard.retry()
    yard.deliver(on)
    shipments = yard.ship(on)
    if is_last:
        # Of the last day's shipments some stay planned, some are picked, some are loaded and issued.
        shipments = shipments[: -(-len(shipments) * (LAST_STEPS - 1) // LAST_STEPS)]
    for shipment_id in shipments:
        yard.pick(shipment_id)
    for shipment_id in shipments[: len(shipments) // 2] if is_last else shipments:
        yard.issue(shipment_id)
    if is_last:
        # Deliveries are made ahead, and nobody has put them on a shipment yet.
        yard.deliver(on + timedelta(days=DAYS_AHEAD))


def _taken(waiting: list[int], *, leave: int) -> list[int]:
    """Empty a list but for what is left lying; return what was taken."""
    taken = waiting[: len(waiting) - leave] if leave else list(waiting)
    del waiting[: len(taken)]
    return taken

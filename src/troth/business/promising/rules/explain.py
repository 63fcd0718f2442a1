"""The promise in one sentence, read from its record.

Requested for 3 Mar 2026. 4 EA arrive on 3 Mar 2026 from stock, 6 EA on 12 Mar 2026 from supply on order.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from troth.business.promising.rules.alternatives import said as said_of
from troth.business.promising.rules.passed import sentences as passed_over
from troth.business.promising.rules.wish import Binding
from troth.business.promising.states import Basis
from troth.kernel.calendars import date_of
from troth.kernel.errors import Sentence, together
from troth.kernel.netting import Category
from troth.kernel.periods import PeriodKind, first_day
from troth.kernel.quantity import format_quantity
from troth.kernel.quota import WILDCARD
from troth.kernel.replenishment import Part
from troth.kernel.replenishment import spelled as spelled_parts

FROM = {
    Basis.STOCK: Sentence("from stock"),
    Basis.SUPPLY: Sentence("from supply on order"),
    Basis.PLANNED: Sentence("from planned supply"),
    Basis.LEAD_TIME: Sentence("once it has been procured"),
    Basis.UNRELEASED: Sentence("from goods that are not released yet"),
    Basis.ALLOCATED: Sentence("from stock tied to this line"),
    Basis.UNCHECKED: Sentence("which is not kept in stock"),
}
RECEIPTS = {
    Category.PURCHASE: Sentence("purchase order"),
    Category.PRODUCTION: Sentence("production order"),
    Category.TRANSFER_IN: Sentence("transfer"),
    Category.REQUISITION: Sentence("purchase requisition"),
    Category.FIRM_REQUISITION: Sentence("firm purchase requisition"),
    Category.FIRM_PLANNED: Sentence("firm planned order"),
    Category.PLANNED: Sentence("planned order"),
    Category.QUALITY_STOCK: Sentence("release from inspection"),
}
OUTSIDE = {
    Category.QUALITY_STOCK: Sentence("%(amount)s in quality inspection exist, but are not in the scope of the check."),
    Category.BLOCKED_STOCK: Sentence("%(amount)s of blocked stock exist, but are not in the scope of the check."),
    Category.LEFT_OUT_STOCK: Sentence(
        "%(amount)s at locations that are left out exist, but are not in the scope of the check."
    ),
}
"""Of what lies there and may not be used."""
HELD = {
    "blocked": Sentence("Nothing is confirmed while the document is blocked."),
    "group": Sentence("Nothing is confirmed, because all lines are to arrive together and not all of them can."),
}
_HELD_BY_ITEM = Sentence("Nothing is confirmed, because all lines are to arrive together and item %(items)s cannot.")
_HELD_BY_ITEMS = Sentence("Nothing is confirmed, because all lines are to arrive together and items %(items)s cannot.")
_HELD_BY_MORE = Sentence(
    "Nothing is confirmed, because all lines are to arrive together and items %(items)s and others cannot."
)
ITEMS_NAMED = 5

Told = tuple[int, date, str, Binding | None]


def sentence(
    requested_on: date, told: Sequence[Told], short: int, record: Mapping[str, Any], *, unit: str, decimals: int
) -> Sentence:
    """Return what a representative can read to the customer. `told` is (quantity, delivery day, basis, binding)."""

    def amount(quantity: int) -> str:
        return format_quantity(quantity, decimals, unit)

    of_batch = [Sentence("Batch %(batch)s was asked for.", batch=record["batch"])] if record.get("batch") else []
    location = record.get("location", "")
    if location:
        of_batch.append(Sentence("Only location %(location)s may serve it.", location=location))
    if valuation := record.get("valuation"):
        of_batch.append(Sentence("Only goods of valuation type %(valuation)s may serve it.", valuation=valuation))
    if sizes := record.get("packages"):
        listed = ", ".join(amount(size) for size in sizes)
        of_batch.append(Sentence("Only whole packages of %(sizes)s are promised.", sizes=listed))
    on_time = short == 0 and all(on <= requested_on for _, on, _, _ in told)
    said = [_arrives(amount(quantity), on, basis) for quantity, on, basis, _ in told]
    if parts := record.get("lead_time"):
        took = tuple((Part(part), days) for part, days in parts)
        of_batch.append(Sentence("To procure it takes %(parts)s.", parts=spelled_parts(took)))
    others = _considered(record.get("considered"), amount)
    if on_time and said:
        requested = Sentence("As requested: %(arrivals)s.", arrivals=_listed(said))
        return together(requested, *of_batch, *others) if of_batch or others else requested
    head = Sentence("Requested for %(day)s.", day=spelled(requested_on))
    parts = [head, Sentence("%(arrivals)s.", arrivals=_listed(said))] if said else [head]
    bound = Binding.of(record.get("bound", {}))
    is_promised = bool(record.get("bound", {}).get("promised"))
    quota = [of_quota(record["quota"], amount)] if "quota" in record and not on_time else []
    if short > 0:
        why = _short_at(amount(short), location) if location else _short(amount(short), bound, is_promised=is_promised)
        parts += [_held(record) or why, *quota]
    elif not on_time and bound:
        parts.append(Sentence("On %(why)s.", why=_why(bound, is_promised=is_promised)))
    elif not on_time:
        parts += quota
    if not on_time and record.get("bound", {}).get("kept"):
        parts.append(of_kept(record["bound"]["kept"], amount))
    if not on_time and record.get("forecast"):
        parts.append(Sentence("%(amount)s are kept for what is forecast.", amount=amount(record["forecast"])))
    if not on_time and record.get("waiting"):
        parts.append(Sentence("%(amount)s are kept for older orders that wait.", amount=amount(record["waiting"])))
    return together(*parts, *_limits(record, amount), *_outside(record, amount), *of_batch, *_spoilt(record), *others)


def _held(record: Mapping[str, Any]) -> Sentence | None:
    """What holds all of the line back, whatever there is of its goods."""
    if items := record.get("held_by"):
        listed = ", ".join(str(item) for item in items[:ITEMS_NAMED])
        pattern = _HELD_BY_MORE if len(items) > ITEMS_NAMED else _HELD_BY_ITEM if len(items) == 1 else _HELD_BY_ITEMS
        return Sentence(pattern.pattern, items=listed)
    return HELD.get(record.get("held", ""))


def _limits(record: Mapping[str, Any], amount: Callable[[int], str]) -> list[Sentence]:
    """What was agreed for a line that is short or late: its last day, and the least that may arrive at once."""
    found = []
    if "latest" in record:
        latest = spelled(date_of(record["latest"]))
        found.append(Sentence("Nothing of it may arrive later than on %(day)s.", day=latest))
    if "least" in record:
        found.append(Sentence("At least %(amount)s are to arrive at once.", amount=amount(record["least"])))
    return found


def _outside(record: Mapping[str, Any], amount: Callable[[int], str]) -> list[Sentence]:
    """Goods that lie at the site and do not count in the scope of check."""
    return [
        Sentence(OUTSIDE[Category(category)].pattern, amount=amount(quantity))
        for category, quantity in record.get("outside", [])
    ]


def _considered(considered: Mapping[str, Any] | None, amount: Callable[[int], str]) -> list[Sentence]:
    """What serves the rest of the item by a rule, or that nothing could."""
    if not considered:
        return []
    taken = [one for one in said_of(considered) if one.taken]
    passed = passed_over(considered)
    if not considered["rule"]:
        return passed
    if not taken:
        return [Sentence("By rule %(rule)s nothing else could serve it.", rule=considered["rule"]), *passed]
    served = [
        Sentence(
            "%(amount)s by %(product)s from %(site)s", amount=amount(one.taken), product=one.product, site=one.site
        )
        for one in taken
    ]
    facts = {str(place): word for place, word in enumerate(served)}
    listed = Sentence(", ".join(f"%({place})s" for place in facts), **facts)
    return [Sentence("By rule %(rule)s: %(served)s.", rule=considered["rule"], served=listed), *passed]


def _spoilt(record: Mapping[str, Any]) -> list[Sentence]:
    """The batch that lies here and lasts longest, but not as long as the goods are to last."""
    return [
        Sentence(
            "Batch %(batch)s is usable until %(day)s, and %(needed)s is needed.",
            batch=batch,
            day=spelled(date_of(lasts)),
            needed=spelled(date_of(record["lasts"])),
        )
        for batch, lasts, _ in record.get("spoilt", [])[:1]
    ]


def of_kept(quantity: int, amount: Callable[[int], str]) -> Sentence:
    """What keeps a line from having more, or having it earlier, where something is protected for others."""
    return Sentence("%(amount)s are kept for other customers.", amount=amount(quantity))


def of_share(share: Sequence[int], got: int, wanted: int, amount: Callable[[int], str]) -> Sentence | None:
    """`share` is (supply, demand, lines, day), of a line that is short in the end. None where it shares alone."""
    supply, demand, lines, day = share
    if lines < 2:
        return None
    facts = {"supply": amount(supply), "demand": amount(demand), "lines": lines, "part": supply * 100 // demand}
    if got * 100 // wanted != facts["part"] and got < wanted:
        return Sentence(
            "It gets %(got)s, rounded from %(part)s percent: fair share of %(supply)s among %(lines)s lines that ask "
            "for %(demand)s.",
            got=amount(got), **facts,
        )  # fmt: skip
    if got < wanted:
        return Sentence(
            "It gets %(part)s percent: fair share of %(supply)s among %(lines)s lines that ask for %(demand)s.", **facts
        )
    return Sentence(
        "By its day it gets %(part)s percent: fair share of %(supply)s among %(lines)s lines that ask for %(demand)s "
        "by %(day)s.",
        day=spelled(date_of(day)), **facts,
    )  # fmt: skip


def of_quota(record: Mapping[str, Any], amount: Callable[[int], str]) -> Sentence:
    """Which quota keeps a promise from being earlier or more, and when there is more of it."""
    if record["cell"] is None:
        return Sentence("Quota %(name)s plans nothing for this line.", name=record["name"])
    facts = {"whose": whose(record["cell"]), "period": spelled_period(record["period"], record["number"])}
    if record["left"] > 0:
        said = Sentence("Quota of %(whose)s in %(period)s leaves %(left)s", left=amount(record["left"]), **facts)
    else:
        said = Sentence("Quota of %(whose)s in %(period)s is used up", **facts)
    if "more_on" not in record:
        return Sentence("%(said)s; nothing more is planned after it.", said=said)
    return Sentence(
        "%(said)s; %(then)s left from %(day)s.",
        said=said,
        then=amount(record["then"]),
        day=spelled(date_of(record["more_on"])),
    )


def limited_by(record: Mapping[str, Any]) -> Sentence:
    """The name of a quota that limits a promise: whose it is, and for when."""
    if record["cell"] is None:
        return Sentence("quota %(name)s, which plans nothing for this line", name=record["name"])
    return Sentence(
        "quota of %(whose)s in %(period)s",
        whose=whose(record["cell"]),
        period=spelled_period(record["period"], record["number"]),
    )


OF = {
    "product": (Sentence("product %(value)s"), Sentence("any other product")),
    "product_group": (Sentence("product group %(value)s"), Sentence("any other product group")),
    "customer": (Sentence("customer %(value)s"), Sentence("any other customer")),
    "customer_group": (Sentence("customer group %(value)s"), Sentence("any other customer group")),
    "country": (Sentence("country %(value)s"), Sentence("any other country")),
    "region": (Sentence("region %(value)s"), Sentence("any other region")),
    "channel": (Sentence("sales organisation %(value)s"), Sentence("any other sales organisation")),
}
"""The characteristics of a cell by their names, with a value and without."""


def whose(cell: Mapping[str, str]) -> Sentence:
    """For whom a cell holds, by its values."""
    words = [
        OF[name][1] if value == WILDCARD else Sentence(OF[name][0].pattern, value=value) for name, value in cell.items()
    ]
    facts = {str(place): word for place, word in enumerate(words)}
    return Sentence(", ".join(f"%({place})s" for place in facts), **facts)


def spelled_period(kind: str, number: int) -> Sentence:
    """`week 49 of 2026`, `Dec 2026`, or a day."""
    on = date_of(first_day(PeriodKind(kind), number))
    if kind == PeriodKind.WEEK:
        year, week, _ = on.isocalendar()
        return Sentence("week %(week)s of %(year)s", week=week, year=year)
    if kind == PeriodKind.MONTH:
        return Sentence(_MONTHS_OF_YEARS[on.month - 1].pattern, year=on.year)
    return spelled(on)


def _arrives(amount: str, on: date, basis: str) -> Sentence:
    return Sentence("%(amount)s on %(day)s %(basis)s", amount=amount, day=spelled(on), basis=FROM[Basis(basis)])


def _listed(arrivals: Sequence[Sentence]) -> Sentence:
    """The first with its verb, the others after it."""
    first = arrivals[0].facts
    words = [Sentence("%(amount)s arrive on %(day)s %(basis)s", **first), *arrivals[1:]]
    facts = {str(place): word for place, word in enumerate(words)}
    return Sentence(", ".join(f"%({place})s" for place in facts), **facts)


def _short(amount: str, bound: Binding | None, *, is_promised: bool) -> Sentence:
    if bound is None:
        return Sentence("%(amount)s cannot be confirmed.", amount=amount)
    return Sentence(
        "%(amount)s cannot be confirmed: on %(why)s.", amount=amount, why=_why(bound, is_promised=is_promised)
    )


def _short_at(amount: str, location: str) -> Sentence:
    """A line from one location rests on what lies there: receipts go to the site."""
    return Sentence(
        "%(amount)s cannot be confirmed: no more lies free at location %(location)s.", amount=amount, location=location
    )


_NEXT = Sentence("%(day)s nothing more is free; the next receipt is a %(receipt)s due on %(due)s")
_NEXT_BEYOND = Sentence(
    "%(day)s nothing more is free; the next receipt, a %(receipt)s due on %(due)s, is later than the check looks"
)
_NEXT_PROMISED = Sentence("%(day)s nothing more is free, nor is the next receipt, a %(receipt)s due on %(due)s")


def _why(bound: Binding, *, is_promised: bool) -> Sentence:
    """What stands in the way of more or earlier goods; the next receipt may be promised to others as a whole."""
    full = spelled(date_of(bound.day))
    if bound.receipt is None:
        return Sentence("%(day)s nothing more is free, and no receipt is known after it", day=full)
    category, day, _ = bound.receipt
    pattern = _NEXT_BEYOND if bound.is_beyond else _NEXT_PROMISED if is_promised else _NEXT
    return Sentence(
        pattern.pattern,
        day=full,
        receipt=RECEIPTS.get(Category(category), Sentence("receipt")),
        due=spelled(date_of(day)),
    )


def spelled(on: date) -> Sentence:
    """`3 Mar 2026`, whoever reads it, because it stands in records; pages say it in their reader's language."""
    return Sentence(_MONTHS[on.month - 1].pattern, day=on.day, year=on.year)


_MONTHS = (
    Sentence("%(day)s Jan %(year)s"),
    Sentence("%(day)s Feb %(year)s"),
    Sentence("%(day)s Mar %(year)s"),
    Sentence("%(day)s Apr %(year)s"),
    Sentence("%(day)s May %(year)s"),
    Sentence("%(day)s Jun %(year)s"),
    Sentence("%(day)s Jul %(year)s"),
    Sentence("%(day)s Aug %(year)s"),
    Sentence("%(day)s Sep %(year)s"),
    Sentence("%(day)s Oct %(year)s"),
    Sentence("%(day)s Nov %(year)s"),
    Sentence("%(day)s Dec %(year)s"),
)
_MONTHS_OF_YEARS = (
    Sentence("Jan %(year)s"),
    Sentence("Feb %(year)s"),
    Sentence("Mar %(year)s"),
    Sentence("Apr %(year)s"),
    Sentence("May %(year)s"),
    Sentence("Jun %(year)s"),
    Sentence("Jul %(year)s"),
    Sentence("Aug %(year)s"),
    Sentence("Sep %(year)s"),
    Sentence("Oct %(year)s"),
    Sentence("Nov %(year)s"),
    Sentence("Dec %(year)s"),
)

"""What papers say of prices: the price of a unit, what was taken off or added, and the totals by rate of tax."""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.business.pricing.rules import TraceLine
from troth.platform.printing.contents import Total
from troth.platform.printing.wording import Speaker


@dataclass(frozen=True, slots=True)
class Taxed:
    """A line as the totals count it; money in minor units. Without a rate it bears no tax."""

    net: int
    tax: int
    name: str = ""
    basis_points: int = 0


def price_of(trace: Iterable[TraceLine], decimals: int, unit: str, currency: str, speak: Speaker) -> str:
    """The price of one unit, or of the quantity it is agreed for; empty where the line has none."""
    for line in trace:
        if line.kind == "price":
            amount = speak.money(line.rate, currency)
            if line.per == 10**decimals:
                return amount
            return speak("price_per", amount=amount, quantity=speak.quantity(line.per, decimals, unit))
    return ""


def changes_of(trace: Iterable[TraceLine], currency: str, speak: Speaker) -> tuple[str, ...]:
    """What was taken off the price or added to it, a line each."""
    found = []
    for line in trace:
        if line.kind in ("discount", "surcharge", "freight") and line.amount:
            amount = speak.money(line.amount, currency)
            rate = "" if line.per else speak.percent(abs(line.rate))
            found.append(" ".join(part for part in (speak(f"price_{line.kind}"), rate, amount) if part))
    return tuple(found)


def taxed(net: int, tax: int, trace: Iterable[TraceLine]) -> Taxed:
    """A line with its tax, as its trace names it."""
    taxes = [line for line in trace if line.kind == "tax"]
    return Taxed(net, tax, ", ".join(line.condition for line in taxes), sum(line.rate for line in taxes))


def totals(lines: Iterable[Taxed], currency: str, speak: Speaker) -> tuple[Total, ...]:
    """Net, the tax of each rate on what it is reckoned on, and the total; they sum up as the document does."""
    rates: dict[tuple[str, int], Taxed] = {}
    for line in lines:
        key = (line.name, line.basis_points)
        before = rates.get(key, Taxed(0, 0, *key))
        rates[key] = Taxed(before.net + line.net, before.tax + line.tax, *key)
    net, tax = sum(one.net for one in rates.values()), sum(one.tax for one in rates.values())
    shown = [_rate(one, currency, speak) for _, one in sorted(rates.items(), key=lambda rate: (-rate[0][1], rate[0]))]
    return (
        Total(speak("net"), speak.money(net, currency)),
        *shown,
        Total(speak("total", currency=currency), speak.money(net + tax, currency), strong=True),
    )


def _rate(one: Taxed, currency: str, speak: Speaker) -> Total:
    base = speak.money(one.net, currency)
    if not one.basis_points:
        return Total(speak("untaxed_on", base=base), speak.money(one.tax, currency))
    name = speak.named("tax", one.name) if one.name else speak("tax")
    rate = speak.percent(one.basis_points)
    return Total(speak("tax_on", name=name, rate=rate, base=base), speak.money(one.tax, currency))

"""Runs and changes as the pages show them, and what the home counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.backorders import queries, words
from troth.business.backorders.models import Change, Run
from troth.business.backorders.rules.summary import SegmentSum, Summary
from troth.business.backorders.states import ChangeState, Kind, RunState
from troth.business.promising.rules.explain import spelled_period, whose
from troth.business.promising.screens import BASIS
from troth.business.sales.rules.served import Served
from troth.kernel.calendars import date_of
from troth.platform.web import formats
from troth.platform.web.columns import Column, table_of
from troth.platform.web.language import worded
from troth.platform.web.tallies import tally
from troth.platform.web.values import Link, Party, Quantity, Status, Waiting

Unit = tuple[int, str]
"""Decimals and code."""


def waiting(actor: Any, today: date) -> Waiting:
    """Simulations that wait for a decision; late are those of days before."""
    found = queries.runs(actor).filter(state__in=[RunState.SIMULATED, RunState.APPROVED], kind=Kind.RUN)
    return tally(found, "started_at__date", late="started_at__date", before=today)


def unit_of(change: Change) -> Unit:
    unit = change.product.base_unit
    return unit.decimals, unit.code


def told(rows: Sequence[Sequence[Any]], unit: Unit) -> str:
    """Confirmations in one line: `4 EA on 3 Mar, 6 EA on 12 Mar`."""
    if not rows:
        return gettext("nothing")
    said = [
        gettext("%(quantity)s on %(day)s")
        % {"quantity": f"{formats.number(row[0], unit[0])} {unit[1]}", "day": formats.day(date_of(row[2]))}
        for row in rows
    ]
    return ", ".join(said)


def moves(change: Change) -> str:
    """By how many days the last delivery moves, in words that tell the direction."""
    if change.days is None:
        return (
            gettext("confirmed")
            if after_of(change) and not change.old
            else gettext("not confirmed")
            if change.old
            else ""
        )
    if change.days == 0:
        return gettext("same day")
    count = {"days": formats.number(abs(change.days))}
    return gettext("%(days)s days later") % count if change.days > 0 else gettext("%(days)s days earlier") % count


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change in a list; `taken_by` are the numbers of the orders that took what it lost."""

    id: int
    order: str
    line: str
    customer: Party
    product: Party
    site: str
    location: str
    wanted: Quantity
    wished_on: date
    segment: str
    before: str
    after: str
    moves: str
    gained: Quantity | None
    lost: Quantity | None
    taken_by: str
    verdict: Status
    state: Status


def change_rows(found: Iterable[Change], settings: Any) -> list[ChangeRow]:
    """The rows of a list of changes of one run."""
    changes = list(found)
    takers = queries.takers_of(one.pk for one in changes)
    names = [one["name"] for one in settings["segments"]]
    return [_row(one, names, takers.get(one.pk, [])) for one in changes]


def _row(one: Change, names: Sequence[str], takers: Sequence[str]) -> ChangeRow:
    unit = unit_of(one)
    return ChangeRow(
        id=one.pk, order=f"{one.document_number} · {one.line_number}", line=str(one.line_number),
        customer=Party(one.customer.name, one.customer.number), product=Party(one.product.name, one.product.number),
        site=one.site.code, location=one.location, wanted=Quantity(one.wanted, *unit), wished_on=one.requested_on,
        segment=names[one.segment - 1], before=told(one.old, unit), after=_after(one, unit), moves=moves(one),
        gained=Quantity(one.gained, *unit) if one.gained else None,
        lost=Quantity(one.lost, *unit) if one.lost else None,
        taken_by=", ".join(takers) or (gettext("nobody: it is not there") if one.lost else ""),
        verdict=words.VERDICTS[one.verdict], state=words.CHANGES[one.state],  # type: ignore[index]
    )  # fmt: skip


def after_of(change: Change) -> Sequence[Sequence[Any]]:
    """What a line has then, in units of what was ordered: of its own goods, and of those that a rule lets serve it."""
    return Served.of(change.served).arrives if change.turn else change.new


def _after(change: Change, unit: Unit) -> str:
    """What a line has then, in one line, with what other goods serve of it."""
    said = told(after_of(change), unit)
    return f"{said} ({_by_rule(change)})" if change.turn else said


def _by_rule(change: Change) -> str:
    """What other goods serve of a line: `R1: 5 EA HELMET from ROT`."""
    others = [one for one in Served.of(change.served).goods if one.rule]
    said = [
        gettext("%(quantity)s %(product)s from %(site)s")
        % {
            "quantity": f"{formats.number(one.quantity, one.decimals)} {one.unit}", "product": one.product,
            "site": one.site,
        }
        for one in others
    ]  # fmt: skip
    return f"{change.served['rule']}: {', '.join(said)}"


SERVED = (
    Column("product", _("Product")),
    Column("site", _("Site")),
    Column("serves", _("Serves"), "quantity"),
    Column("confirmed", _("Confirmed"), wrap=True),
    Column("rule", _("Rule")),
)


def served(change: Change) -> dict[str, Any] | None:
    """The goods that serve a line by a rule."""
    if not change.served:
        return None
    unit = unit_of(change)
    rows = [
        {
            "product": one.product, "site": one.site, "serves": Quantity(one.ordered, *unit),
            "confirmed": told(one.rows, (one.decimals, one.unit)), "rule": one.rule,
        }
        for one in Served.of(change.served).goods
    ]  # fmt: skip
    return table_of(SERVED, rows)


SEGMENTS = (
    Column("name", _("Segment")),
    Column("strategy", _("Strategy")),
    Column("lines", _("Lines"), "number"),
    Column("better", _("Better"), "number"),
    Column("worse", _("Worse"), "number"),
    Column("same", _("Same"), "number"),
    Column("full", _("Confirmed in full"), align="right"),
    Column("on_time", _("On time"), align="right"),
    Column("late", _("Days late, on average"), align="right"),
    Column("missed", _("Missed"), "number"),
)
LEFT_OUT = (Column("reason", _("Takes no part"), wide=True), Column("lines", _("Lines"), "number"))


def segments(run: Run) -> dict[str, Any]:
    """The table of a run's segments, before and after."""
    summary = Summary.of(run.summary)
    said = run.settings.get("segments", [])
    rows = [
        _segment(one["name"], words.STRATEGIES[one["strategy"]], found)
        for one, found in zip(said, summary.segments, strict=False)
    ]
    if len(rows) > 1:
        rows.append(_segment(gettext("All together"), "", summary.whole))
    return table_of(SEGMENTS, rows)


def _segment(name: str, strategy: Any, found: SegmentSum) -> dict[str, Any]:
    return {
        "name": name, "strategy": strategy, "lines": found.lines, "better": found.better,
        "worse": found.worse + found.mixed, "same": found.same,
        "full": _then(_share(found.full_before, found.lines), _share(found.full_after, found.lines)),
        "on_time": _then(_share(found.on_time_before, found.lines), _share(found.on_time_after, found.lines)),
        "late": _then(_days(found.late_days_before, found.full_before), _days(found.late_days_after, found.full_after)),
        "missed": found.missed,
    }  # fmt: skip


def _then(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"


def _share(part: int, whole: int) -> str:
    return f"{formats.number(part * 1000 // whole, 1)} %" if whole else "–"


def _days(days: int, lines: int) -> str:
    return formats.number(days * 10 // lines, 1) if lines else "–"


def left_out(run: Run) -> dict[str, Any] | None:
    """What was selected and took no part, by reason."""
    summary = Summary.of(run.summary)
    rows = [{"reason": words.FROZEN[reason], "lines": count} for reason, count in summary.frozen.items()]
    if summary.unsorted:
        rows.append({"reason": _("Fits no segment"), "lines": summary.unsorted})
    return table_of(LEFT_OUT, rows) if rows else None


PARTS = (
    Column("name", _("Order or customer"), "link", wide=True),
    Column("lines", _("Lines changed"), "number"),
    Column("better", _("Better"), "number"),
    Column("worse", _("Worse"), "number"),
    Column("mixed", _("Better and worse"), "number"),
)


def customers(actor: Any, run: Run) -> dict[str, Any]:
    """What a run changes by customer; each leads to its changes."""
    url = reverse("backorders:changes", args=[run.pk])
    rows = [
        {
            "name": Link(f"{one.number} {one.name}", f"{url}?customer={one.number}"), "lines": one.lines,
            "better": one.better, "worse": one.worse, "mixed": one.mixed,
        }
        for one in queries.by_customer(actor, run.pk)
    ]  # fmt: skip
    return table_of(PARTS, rows)


def orders(actor: Any, run: Run) -> dict[str, Any]:
    """What a run changes by order; each leads to its changes."""
    url = reverse("backorders:changes", args=[run.pk])
    rows = [
        {
            "name": Link(f"{one.number} {one.name}", f"{url}?q={one.number}"), "lines": one.lines,
            "better": one.better, "worse": one.worse, "mixed": one.mixed,
        }
        for one in queries.by_order(actor, run.pk)
    ]  # fmt: skip
    return table_of(PARTS, rows)


KEYS = (
    Column("product", _("Product"), "party", wide=True),
    Column("site", _("Site")),
    Column("lines", _("Lines"), "number"),
    Column("changes", _("Lines changed"), "number"),
    Column("version", _("State of availability read"), "number"),
    Column("status", _("Status"), "status"),
)
KEYS_SHOWN = 200


def keys(actor: Any, run: Run, *states: str) -> dict[str, Any]:
    """The products at sites of a run that stand in one of these states."""
    found = run.keys.filter(state__in=states, lines__gt=0).select_related("product", "site").order_by("id")
    if actor.site_ids is not None:
        found = found.filter(site_id__in=actor.site_ids)
    rows = [
        {
            "product": Party(one.product.name, one.product.number), "site": one.site.code, "lines": one.lines,
            "changes": one.changes_count, "version": one.series_version, "status": words.KEYS[one.state],  # type: ignore[index]
        }
        for one in found[:KEYS_SHOWN]
    ]  # fmt: skip
    return table_of(KEYS, rows)


LEFT = (
    Column("line", _("Order"), "link"),
    Column("customer", _("Customer"), "party"),
    Column("product", _("Product"), "party"),
    Column("has", _("Has now"), wrap=True),
    Column("had", _("Was to get back"), wrap=True),
    Column("why", _("Why"), wide=True, wrap=True),
)


def left_as_is(actor: Any, undoing: Run) -> dict[str, Any]:
    """The lines that an undoing did not restore, each with what it has and the reason."""
    found = list(queries.changes(actor, undoing.pk).filter(state=ChangeState.KEPT).order_by("id")[:KEYS_SHOWN])
    asked = {one.requirement_id for one in found}
    before = queries.changes(actor, undoing.undoes_id).filter(requirement_id__in=asked) if undoing.undoes_id else []
    earlier = {one.requirement_id: one.old for one in before}
    rows = [
        {
            "line": Link(f"{one.document_number} · {one.line_number}", _url(one)),
            "customer": Party(one.customer.name, one.customer.number),
            "product": Party(one.product.name, one.product.number), "has": told(one.new, unit_of(one)),
            "had": told(earlier.get(one.requirement_id, ()), unit_of(one)), "why": words.rule_of(one, undoing),
        }
        for one in found
    ]  # fmt: skip
    return table_of(LEFT, rows)


def rows(told: Sequence[Sequence[Any]], unit: Unit) -> list[dict[str, Any]]:
    """Confirmations one by one."""
    return [
        {
            "quantity": Quantity(row[0], *unit), "material_on": date_of(row[1]), "delivery_on": date_of(row[2]),
            "basis": BASIS[row[3]],
        }
        for row in told
    ]  # fmt: skip


TAKEN = (
    Column("other", _("Line"), "link", wide=True),
    Column("customer", _("Customer")),
    Column("quantity", _("Quantity"), "quantity"),
    Column("on", _("Was to be ready on"), "date"),
)


def taken(found: Sequence[queries.Taken], unit: Unit) -> dict[str, Any] | None:
    """Who took, or who gave, each with the way to its change; None where nobody did."""
    rows = [
        {
            "other": Link(f"{other.document_number} · {other.line_number}", _url(other)),
            "customer": other.customer.name, "quantity": Quantity(one.quantity, *unit), "on": one.lost_on,
        }
        for one in found
        if (other := one.other) is not None
    ]  # fmt: skip
    return table_of(TAKEN, rows) if rows else None


CONSUMED = (
    Column("quota", _("Quota"), wide=True),
    Column("whose", _("Holds for"), wide=True),
    Column("period", _("Period")),
    Column("before", _("Used before"), "quantity"),
    Column("after", _("Used then"), "quantity"),
)


def consumed(change: Change, unit: Unit) -> dict[str, Any] | None:
    """What the line uses of its quotas, by period; None where none holds for it."""
    rows = [
        {
            "quota": one.name, "whose": worded(whose(one.values)),
            "period": worded(spelled_period(one.kind, one.number)), "before": Quantity(one.before, *unit),
            "after": Quantity(one.after, *unit),
        }
        for one in queries.consumed_of(change, queries.procedures_of([change]))
    ]  # fmt: skip
    return table_of(CONSUMED, rows) if rows else None


def _url(change: Change) -> str:
    return reverse("backorders:change", args=[change.pk])


def gone(found: Sequence[queries.Taken], unit: Unit) -> Quantity | None:
    """What of a loss nobody took: it is not there any more, or the strategy gave it away."""
    quantity = sum(one.quantity for one in found if one.other is None)
    return Quantity(quantity, *unit) if quantity else None

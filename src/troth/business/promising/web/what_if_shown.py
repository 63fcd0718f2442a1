"""The answers to a what-if, side by side, in words, and as pictures."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import screens
from troth.business.promising.actions import Answer, Supposition, Whole, stands_of
from troth.business.promising.rules.alternatives import Planned, Tried
from troth.business.promising.rules.tried import WHY
from troth.business.promising.web.earlier import arriving
from troth.business.promising.web.what_if_read import Asked, Scenario
from troth.kernel.calendars import day_of
from troth.kernel.errors import BusinessError
from troth.kernel.valuations import segment_of
from troth.platform.web.columns import Column, table_of
from troth.platform.web.formats import day as said_day
from troth.platform.web.formats import number as figure
from troth.platform.web.language import worded
from troth.platform.web.values import Quantity

BOARDS_MOST = 8
TOLD = (
    Column("scenario", _("Scenario")),
    Column("what", _("Wanted"), wrap=True),
    Column("sentence", _("Would be promised"), wide=True, wrap=True),
    Column("last_on", _("Last of it"), "date"),
    Column("short", _("Not confirmed"), "quantity"),
)
TRIED = (
    Column("scenario", _("Scenario")),
    Column("what", _("Wanted"), wrap=True),
    Column("rule", _("Rule")),
    Column("product", _("Product")),
    Column("site", _("Site")),
    Column("on_time", _("By the wished day"), "quantity"),
    Column("total", _("In all"), "quantity"),
    Column("taken", _("Serves"), "quantity"),
    Column("why", _("Why"), wide=True),
)


def compared(
    asked: Sequence[Asked],
    scenarios: Sequence[Scenario],
    found: Sequence[Sequence[Answer]],
    stands: Sequence[str] = (),
) -> Any:
    """A row for what is supposed and one for each line, a column for each scenario; before them what is promised now,
    of lines that stand."""
    columns = [Column("what", _("Wanted"), wrap=True)]
    columns += [Column("stands", _("Promised now"), wide=True, wrap=True)] if stands else []
    columns += [Column(f"s{at}", title(one.name), wide=True, wrap=True) for at, one in enumerate(scenarios)]
    rows: list[dict[str, Any]] = []
    if len(scenarios) > 1:
        told = [("; ".join(one.words) or gettext("nothing")) for one in scenarios]
        rows.append({"what": gettext("Supposed"), **{f"s{at}": words for at, words in enumerate(told)}})
    for at_line, one in enumerate(asked):
        rows.append(
            {
                "what": _wanted(one),
                "stands": stands[at_line] if stands else "",
                **{f"s{at}": _comes(answers[at_line], one) for at, answers in enumerate(found)},
            }
        )
    return table_of(tuple(columns), rows)


def standing(one: Whole) -> list[str]:
    """What is promised now on each line of a document that stands in the books; nothing of another."""
    found, unit = stands_of(one), {wish.line_id: (wish.decimals, wish.unit) for wish in one.wishes}
    if not found:
        return []
    return [
        arriving(((each.quantity, each.delivery_on) for each, _ in stands.schedules), unit[wish.line_id])
        if (stands := found.get(wish.line_id)) is not None
        else ""
        for wish in one.wishes
    ]


def _comes(answer: Answer, one: Asked) -> str:
    if isinstance(answer, BusinessError):
        return worded(answer.message)
    parts = [arriving(((line.quantity, line.delivery_on) for line in answer.schedules), one.unit)]
    if answer.short > 0:
        parts.append(gettext("%(quantity)s not confirmed") % {"quantity": _amount(answer.short, one)})
    return "; ".join(filter(None, parts))


def told(asked: Sequence[Asked], scenarios: Sequence[Scenario], found: Sequence[Sequence[Answer]]) -> Any:
    """Why: the sentence of each line in each scenario."""
    rows = [
        {"scenario": scenario.name or "–", "what": _wanted(one), **_said(answer, one)}
        for scenario, answers in zip(scenarios, found, strict=True)
        for one, answer in zip(asked, answers, strict=True)
    ]
    return table_of(TOLD, rows)


def tried(
    asked: Sequence[Asked], scenarios: Sequence[Scenario], planned: Sequence[Sequence[Planned | None]]
) -> Any:  # fmt: skip
    """What rules name for lines that fall short, each with what it would serve and why; None where nobody was asked."""
    rows = [
        {"scenario": scenario.name or "–", "what": _wanted(one), **_tried(each, one)}
        for scenario, plans in zip(scenarios, planned, strict=True)
        for one, plan in zip(asked, plans, strict=True)
        for each in (plan.tried if plan is not None else ())
    ]
    return table_of(TRIED, rows) if rows else None


def _tried(each: Tried, one: Asked) -> dict[str, Any]:
    figures = {name: Quantity(getattr(each, name), *one.unit) for name in ("on_time", "total", "taken")}
    return {"rule": each.rule, "product": each.product, "site": each.site, "why": worded(WHY[each.why]), **figures}


def _said(answer: Answer, one: Asked) -> dict[str, Any]:
    if isinstance(answer, BusinessError):
        return {"sentence": worded(answer.message), "last_on": None, "short": None}
    short = Quantity(answer.short, *one.unit) if answer.short > 0 else None
    return {"sentence": worded(answer.sentence), "last_on": answer.delivery_on, "short": short}


def _wanted(one: Asked) -> str:
    facts = {
        "quantity": _amount(one.check.quantity, one), "product": one.product.number, "site": one.site.code,
        "day": said_day(one.check.on),
    }  # fmt: skip
    if one.number:
        facts["number"] = str(one.number)
        return gettext("%(number)s: %(quantity)s %(product)s, %(site)s, %(day)s") % facts
    return gettext("%(quantity)s %(product)s, %(site)s, %(day)s") % facts


def _amount(quantity: int, one: Asked) -> str:
    return f"{figure(quantity, one.product.decimals)} {one.product.base_unit}"


def title(name: str) -> str:
    return gettext("Scenario %(name)s") % {"name": name} if name else gettext("As it is")


def boards(asked: Sequence[Asked], scenarios: Sequence[Scenario]) -> list[tuple[str, Any]]:
    """(heading, picture) of the time line of each product and site, as it is and in each scenario that moves it."""
    places = {(one.product.id, one.site.id, one.check.valuation): one for one in asked}
    named = [
        (one, scenario)
        for one in places.values()
        for scenario in scenarios
        if not scenario.name or _moved(one, scenario)
    ]
    return [
        (f"{one.product.number}, {one.site.code} · {title(scenario.name)}", _board(one, scenario))
        for one, scenario in named[:BOARDS_MOST]
    ]


def _moved(one: Asked, scenario: Scenario) -> list[tuple[int, int, int]]:
    """What a scenario supposes of the product at the site: (category, day number, quantity)."""
    return [
        (int(each.category), day_of(each.on), each.quantity)
        for each in scenario.supposed
        if isinstance(each, Supposition) and (each.product_id, each.site_id) == (one.product.id, one.site.id)
    ]


def _board(one: Asked, scenario: Scenario) -> Any:
    shown, _types = screens.type_shown(one.product.id, one.check.valuation)
    return screens.time_line(
        one.product, one.site.id, one.today, segment=segment_of(shown), supposed=_moved(one, scenario)
    )["board"]

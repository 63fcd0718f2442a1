"""The parts as template tags: `{% load parts %}`."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_bidi, gettext

from troth.platform.web import areas, flow, formats
from troth.platform.web import board as boards
from troth.platform.web import parts as drawn
from troth.platform.web.columns import Cell
from troth.platform.web.frame import Frame, frame_of
from troth.platform.web.language import worded
from troth.platform.web.markup import html
from troth.platform.web.values import Block, Card, Empty, Step

register = template.Library()
CELLS = "troth_cells"
"""What a table's rows share while it is drawn: the day, and how the cells of each column begin."""

register.simple_tag(drawn.status_chip, name="status_chip")
register.simple_tag(drawn.quantity, name="quantity")
register.simple_tag(drawn.money, name="money")
register.simple_tag(drawn.amount, name="amount")
register.simple_tag(drawn.instant, name="instant")
register.simple_tag(drawn.party, name="party")
register.simple_tag(drawn.ageing, name="ageing")
register.simple_tag(drawn.deadline, name="deadline")
register.simple_tag(drawn.trace, name="trace")
register.simple_tag(drawn.diff, name="diff")
register.simple_tag(drawn.progress, name="progress")


def _request(context: Context) -> HttpRequest | None:
    request: HttpRequest | None = getattr(context, "request", None) or context.get("request")
    return request


@register.simple_tag(takes_context=True, name="day")
def day(context: Context, on: Any, today: date | None = None) -> SafeString:
    """A date with its weekday. `today` in the context pins the page to a day."""
    return drawn.day(on, today or context.get("today"))


@register.simple_tag(takes_context=True, name="promise_line")
def promise_line(context: Context, line: Any) -> SafeString:
    return drawn.promise_line(line, context.get("today"))


@register.simple_tag(takes_context=True, name="frame")
def frame(context: Context) -> Frame | None:
    request = _request(context)
    return frame_of(request) if request is not None else None


@register.simple_tag
def language() -> str:
    return get_language() or "en"


@register.simple_tag
def direction() -> str:
    return "rtl" if get_language_bidi() else "ltr"


@register.simple_tag
def reads() -> SafeString:
    """How the person has figures, dates and hours, for the page's scripts."""
    of, zone = formats.style(), timezone.get_current_timezone_name()
    days = formats.ISO if of.is_iso else ""
    return html(' data-point="{}" data-group="{}" data-days="{}" data-zone="{}"', of.point, of.group, days, zone)


register.filter("worded", worded)


@register.filter
def undo_of(tags: str) -> Step | None:
    """The step back that a message carries; see `acts.said`."""
    method, _space, url = (tags or "").partition(" ")
    return Step(gettext("Undo"), url, method) if method in ("get", "post") and url.startswith("/") else None


@register.filter
def figure(value: int) -> str:
    """A whole number with the locale's grouping."""
    return formats.number(value)


@register.simple_tag(takes_context=True)
def cells(context: Context, row: Iterable[Cell]) -> SafeString:
    """A row's cells; drawn here, because a long table costs several times as much cell by cell in a template."""
    shared: Any = context.render_context
    today, heads = shared.setdefault(CELLS, (context.get("today") or timezone.localdate(), {}))
    drawn_cells = []
    for one in row:
        head = heads.get(id(one.column))
        if head is None:
            head = heads[id(one.column)] = html('<td class="{}" data-label="{}">', one.column.look, one.column.label)
        drawn_cells.append(f"{head}{one.html(today)}</td>")
    return SafeString("".join(drawn_cells))


@register.simple_tag
def flow_picture(picture: flow.Flow) -> SafeString:
    return flow.svg(picture)


@register.inclusion_tag("web/parts/board.html")
def board(picture: boards.Board) -> dict[str, Any]:
    """Time on the x axis; the table of the same figures stands below it on the page."""
    return {"picture": boards.svg(picture), "keys": picture.keys}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """This page's address with some parameters changed, or removed where the value is empty."""
    request = _request(context)
    assert request is not None, "the query tag needs the request in its context"
    parameters = request.GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = str(value)
    return mark_safe("?" + parameters.urlencode())  # noqa: S308 urlencode leaves nothing to escape but &


@register.simple_tag
def icon(name: str) -> SafeString:
    return drawn.icon(str(name))


register.simple_tag(areas.drawn, name="rail")


@register.inclusion_tag("web/parts/step.html", takes_context=True)
def step(context: Context, step: Step, look: str = "") -> dict[str, Any]:
    """A button that posts, or a link that looks like one. `look`: primary, plain or menu."""
    return {"step": step, "look": look, "csrf_token": context.get("csrf_token"), "request": _request(context)}


@register.inclusion_tag("web/parts/block_banner.html", takes_context=True)
def block_banner(context: Context, block: Block) -> dict[str, Any]:
    return {"block": block, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("web/parts/empty_state.html", takes_context=True)
def empty_state(context: Context, empty: Empty) -> dict[str, Any]:
    return {"empty": empty, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("web/parts/card.html")
def card(card: Card) -> dict[str, Any]:
    return {"card": card}


@register.inclusion_tag("web/parts/error_summary.html")
def error_summary(form: Any, rows: Any = None) -> dict[str, Any]:
    """What was refused, on top, each entry a link to its field."""
    from troth.platform.web.forms import problems

    return {"problems": problems(form, rows)}


@register.simple_tag
def shown(items: Iterable[Any], name: str) -> bool:
    """Whether any of the items has a value of this name: a column that is empty for all is not drawn."""
    return any(getattr(item, name, None) is not None for item in items)


@register.inclusion_tag("web/parts/grid.html", takes_context=True)
def grid(context: Context, table: Mapping[str, Any]) -> dict[str, Any]:
    """A plain table on a page: `columns`, and `rows` of cells."""
    return {"grid": table, "request": _request(context), "today": context.get("today")}


@register.inclusion_tag("web/parts/form.html")
def form_sections(form: Any) -> dict[str, Any]:
    """All fields of a form in the sections that it declares."""
    from troth.platform.web.forms import sections_of

    return {"form": form, "sections": sections_of(form)}


@register.inclusion_tag("web/parts/field.html")
def field(field: Any) -> dict[str, Any]:
    return {"field": field}


@register.inclusion_tag("web/parts/rows.html")
def form_rows(rows: Any, title: str = "") -> dict[str, Any]:
    """A formset as a table: one line each, and a way to add more with or without scripts."""
    return {"rows": rows, "title": title}

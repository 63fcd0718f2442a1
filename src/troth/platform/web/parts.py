"""The small parts as functions from values to safe HTML. Template tags and table cells draw with the same ones."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from troth.platform.web import formats
from troth.platform.web.markup import html, joined
from troth.platform.web.values import Change, FieldChange, Money, Party, PromiseLine, Quantity, Status, Tone, Trace

NOTHING = mark_safe('<span class="nothing" aria-hidden="true">–</span>')


@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """A symbol of `static/web/icons.svg`; a page has forty of them."""
    picture = '<svg class="icon" aria-hidden="true" width="16" height="16"><use href="{}#{}"/></svg>'
    return html(picture, static("web/icons.svg"), name)


def status_chip(word: Any, tone: str = Tone.DRAFT) -> SafeString:
    """`word` is a Status, or a translated word with its tone. An unknown tone is a fault of the page."""
    status = word if hasattr(word, "tone") else Status(str(word), tone)
    kind = Tone(status.tone)
    return html('<span class="chip chip-{}"><i class="chip-mark"></i>{}</span>', kind.value, status.word)


def quantity(value: int | None, decimals: int = 0, unit: str = "") -> SafeString:
    """`value` counts 10^-decimals of `unit`."""
    if value is None:
        return NOTHING
    tail = html(' <span class="unit">{}</span>', unit) if unit else ""
    return html('<span class="figure">{}{}</span>', formats.number(value, decimals), tail)


def money(minor: int | None, currency: str) -> SafeString:
    """`minor` counts the currency's smallest unit."""
    if minor is None:
        return NOTHING
    return html('<span class="figure">{} <span class="unit">{}</span></span>', formats.money(minor, currency), currency)


def amount(value: Money | Quantity) -> SafeString:
    """Money or a quantity, whichever it is."""
    if isinstance(value, Money):
        return money(value.minor, value.currency)
    return quantity(value.value, value.decimals, value.unit)


def day(on: date | datetime | None, today: date | None = None) -> SafeString:
    """Weekday, day and month; how far off it is shows on hover."""
    if on is None:
        return NOTHING
    local = timezone.localtime(on).date() if isinstance(on, datetime) else on
    return _day(local, today or timezone.localdate(), formats.style())


@lru_cache(maxsize=4096)
def _day(on: date, today: date, _of: formats.Style) -> SafeString:
    """A page shows the same few days over and over; the style is that of who reads."""
    return html(
        '<time class="day" datetime="{}" title="{}">{}</time>',
        on.isoformat(),
        formats.relative_day(on, today),
        formats.day(on, today),
    )


def instant(at: datetime | None) -> SafeString:
    if at is None:
        return NOTHING
    title = formats.distance(at)
    return html('<time class="day" datetime="{}" title="{}">{}</time>', at.isoformat(), title, formats.instant(at))


def party(who: Party | str | None, number: str = "", url: str = "") -> SafeString:
    """The name, cut where the column ends and whole on hover, with the number behind it."""
    if who is None or who == "":
        return NOTHING
    known = who if isinstance(who, Party) else Party(str(who), number, url)
    name = html('<span class="party-name" title="{}">{}</span>', known.name, known.name)
    linked = html('<a href="{}">{}</a>', known.url, name) if known.url else name
    tail = html(' <span class="party-number">{}</span>', known.number) if known.number else ""
    return html('<span class="party">{}{}</span>', linked, tail)


def promise_line(line: PromiseLine, today: date | None = None) -> SafeString:
    """Date, quantity, what it rests on, and the way to the explanation. Without a date nothing is confirmed."""
    when = day(line.on, today) if line.on else html('<span class="late">{}</span>', gettext("not confirmed"))
    basis = status_chip(line.basis) if line.basis else ""
    why = html('<a class="why" href="{}">{}</a>', line.why_url, gettext("why")) if line.why_url else ""
    return html('<span class="promise-line">{} {} {} {}</span>', when, amount(line.quantity), basis, why)


def ageing(days: int | None, limit: int = 0) -> SafeString:
    """How long something has waited; marked when it is longer than `limit` days, where there is a limit."""
    if days is None:
        return NOTHING
    late = "late" if limit and days > limit else ""
    words = (
        gettext("today")
        if days == 0
        else ngettext("%(days)s day", "%(days)s days", days) % {"days": formats.number(days)}
    )
    return html('<span class="ageing {}">{}</span>', late, words)


def deadline(due: datetime | None, now: datetime | None = None) -> SafeString:
    """How long is left. It turns amber in the last four hours and red when it has passed."""
    if due is None:
        return NOTHING
    left = (due - (now or datetime.now(UTC))).total_seconds()
    state = "passed" if left < 0 else "near" if left < 4 * 3600 else "far"
    return html(
        '<time class="deadline deadline-{}" datetime="{}" title="{}" data-deadline>{}</time>',
        state,
        due.isoformat(),
        formats.instant(due),
        formats.distance(due, now),
    )


def trace(of: Trace) -> SafeString:
    """The sum; opened, the parts that make it. Works without scripts."""
    rows = joined(
        '<tr><td>{}<span class="note">{}</span></td><td class="right">{}</td></tr>',
        ((step.label, step.note, amount(step.amount)) for step in of.steps),
    )
    return html(
        '<details class="pop trace"><summary>{}</summary><div class="pop-body"><table><caption>{}</caption>'
        '<tbody>{}</tbody><tfoot><tr><th scope="row">{}</th><td class="right">{}</td></tr></tfoot>'
        "</table></div></details>",
        amount(of.total),
        of.title,
        rows,
        gettext("Total"),
        amount(of.total),
    )


def diff(change: Change) -> SafeString:
    """Each changed field with what it was and what it is now."""
    rows = joined('<tr><th scope="row">{}</th><td>{}</td></tr>', ((f.label, _difference(f)) for f in change.fields))
    return html('<table class="diff"><tbody>{}</tbody></table>', rows) if change.fields else SafeString("")


def _difference(field: FieldChange) -> SafeString:
    if field.before is None:
        return html("{}", field.after)
    arrow = mark_safe(' <span class="diff-arrow" aria-hidden="true">→</span> ')
    return html("{}{}{}", _side(field.before, "del"), arrow, _side(field.after, "ins"))


def _side(text: str, element: str) -> SafeString:
    if not text:
        return html('<span class="nothing">{}</span>', gettext("empty"))
    tag = mark_safe(element)  # noqa: S308 one of two constants
    return html("<{}>{}</{}>", tag, text, tag)


def progress(done: int, total: int, label: str) -> SafeString:
    """What is being done and how far it is. `done` may not exceed `total`."""
    assert 0 <= done <= total
    words = gettext("%(done)s of %(total)s") % {"done": formats.number(done), "total": formats.number(total)}
    return html(
        '<div class="progress"><span>{}</span><span class="figure">{}</span>'
        '<progress max="{}" value="{}" aria-label="{}"></progress></div>',
        label,
        words,
        max(total, 1),
        done,
        label,
    )

"""Variants: the list, one of them with its segments, and the forms that write them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.backorders import queries, words
from troth.business.backorders.actions import variants as actions
from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.models import Segment, Variant
from troth.business.backorders.rules.limits import percent
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import Limits
from troth.business.backorders.states import Only, Rhythm
from troth.business.backorders.tables import VARIANTS
from troth.business.backorders.web.runs import RunList
from troth.platform.documents import DocumentRef
from troth.platform.web import documents, formats, history
from troth.platform.web.acts import step, steps
from troth.platform.web.columns import Column, table_of
from troth.platform.web.columns import Filter as Narrowing
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.history import changes_of
from troth.platform.web.keyset import Page, page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Empty, Link, Status, Step

history.words(
    {
        "backorders.variant_saved": _("Saved"),
        "backorders.variant_put_away": _("Put away"),
        "backorders.variant_taken_back": _("Taken back into use"),
    }
)
ACTIVE, AWAY = Status(_("In use"), "done"), Status(_("Put away"), "draft")


def _variants(query: ListQuery) -> Page:
    found = queries.variants(query.actor).prefetch_related("segments").select_related("company")
    found = found.filter(is_active=not query.filters.get("away"))
    if query.search:
        found = found.filter(name__icontains=query.search)
    listed = page(found, ("name", "id"), query.after, query.limit, count=query.count)
    return Page([_row(one) for one in listed.rows], listed.next, listed.previous, listed.count)


def _row(one: Variant) -> dict[str, Any]:
    return {
        "id": one.pk, "name": one.name, "company": one.company.name,
        "segments": ", ".join(str(words.STRATEGIES[segment.strategy]) for segment in one.segments.all()),
        "rhythm": words.RHYTHMS[one.rhythm], "status": ACTIVE if one.is_active else AWAY,
    }  # fmt: skip


class VariantList(ListPage):
    title = _("Backorder variants")
    permission = "backorders.view_run"
    columns = (
        Column("name", _("Variant"), wide=True),
        Column("company", _("Company")),
        Column("segments", _("Strategies, in their order"), wrap=True),
        Column("rhythm", _("Runs by itself")),
        Column("status", _("Status"), "status"),
    )
    filters = (Narrowing("away", _("Put away"), "flag"),)
    search_label = _("Name")
    routes = ((_("New variant"), "backorders:variant-create"), (_("Runs"), "backorders:runs"))
    empty = Empty(
        _("No variants yet"),
        _("A variant says whose lines come first, who may lose and who may not. Simulate it as often as you like."),
    )
    source = staticmethod(_variants)
    row_url = staticmethod(lambda row: reverse("backorders:variant", args=[row["id"]]))

    def _steps(self, actor: Any) -> list[Step]:
        bring = step(actor, _("Import"), "backorders:file-import", VARIANTS.code, method="get")
        out = step(actor, _("As a file"), "masterdata:file", VARIANTS.code, "xlsx", method="get")
        return [*super()._steps(actor), *steps(bring, out)]


class VariantPage(DocumentPage):
    permission = "backorders.view_run"
    document_kind = "backorder_variant"

    def document(self, actor: Any, key: int) -> Document:
        one = queries.variant_of(actor, key)
        company = one.company_id
        return Document(
            kind=_("Backorder variant"),
            number=one.name,
            status=ACTIVE if one.is_active else AWAY,
            facts=tuple(fact for fact in _facts(one) if fact.value),
            next_step=step(actor, _("Simulate"), "backorders:variant-simulate", key, company_id=company)
            if one.is_active else None,
            steps=steps(
                step(actor, _("Change"), "backorders:variant-change", key, method="get", company_id=company),
                step(actor, _("Add a segment"), "backorders:segment-create", key, method="get", company_id=company),
                step(actor, _("Put away") if one.is_active else _("Take back into use"),
                     "backorders:variant-put-away", key, company_id=company),
            ),
            crumbs=(Link(_("Backorder variants"), reverse("backorders:variants")),),
        )  # fmt: skip

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        one = queries.variant_of(actor, key)
        return (
            Tab("segments", _("Segments"), "backorders/segments.html", lambda: _segments(actor, one)),
            Tab("runs", _("Runs"), documents.TABLE, lambda: _runs(actor, one)),
            Tab("history", _("History"), documents.HISTORY,
                lambda: {"changes": changes_of(DocumentRef(actions.VARIANT_KIND, one.pk, one.name))}),
        )  # fmt: skip


def _facts(one: Variant) -> list[Fact]:
    settings = settings_of(one)
    rhythm = str(words.RHYTHMS[one.rhythm])
    at = f"{rhythm}, {one.at_time:%H:%M}" if one.at_time and one.rhythm not in (Rhythm.NEVER, Rhythm.HOURLY) else rhythm
    return [
        Fact(_("Selection"), said(settings.selection)),
        Fact(_("Lines without a confirmation"), _("take part") if one.with_unconfirmed else _("take no part")),
        Fact(_("Rules of availability"), _("asked for what stays short or late") if one.asks_rules else _("not asked")),
        Fact(_("If Win cannot be kept"), _reaction(*settings.win)),
        Fact(_("If Gain cannot be kept"), _reaction(*settings.gain)),
        Fact(_("Limits"), _limits(settings.limits)),
        Fact(_("Runs by itself"), f"{at}, {gettext('and is applied within the limits')}" if one.applies_itself else at),
    ]


def _reaction(reaction: str, fallback: str) -> str:
    if reaction == "fallback":
        return gettext("Treated as %(strategy)s") % {"strategy": words.STRATEGIES[fallback]}
    return str(words.REACTIONS[reaction])


def _limits(limits: Limits) -> str:
    found = []
    if limits.worse_share_max is not None:
        found.append(gettext("at most %(share)s percent get worse") % {"share": percent(limits.worse_share_max)})
    if limits.worse_lines_max is not None:
        found.append(gettext("at most %(lines)s lines get worse") % {"lines": formats.number(limits.worse_lines_max)})
    if limits.later_days_max is not None:
        found.append(gettext("none more than %(days)s days later") % {"days": formats.number(limits.later_days_max)})
    if (most := limits.later_times_max) is not None:
        often = ngettext("none later more than once", "none later more than %(times)s times", most) % {"times": most}
        found.append(often if most else gettext("none later"))
    return ", ".join(found) or gettext("none")


FIELDS = {
    "sites": _("sites"), "products": _("products"), "categories": _("product categories"),
    "customers": _("customers"), "order_types": _("order types"), "events": _("checked as"),
    "customer_groups": _("customer groups"), "regions": _("regions shipped to"),
    "sales_organisations": _("sales organisations"),
}  # fmt: skip


def said(one: Filter) -> str:
    """A filter in words."""
    found = [f"{label}: {', '.join(_named(one, name))}" for name, label in FIELDS.items() if getattr(one, name)]
    for label, low, high in (
        (_("delivery priority"), one.priority_from, one.priority_until),
        (_("wished in days from today"), one.wanted_from, one.wanted_until),
    ):
        if low is not None or high is not None:
            found.append(f"{label} {_range(low, high)}")
    if one.only != Only.ALL:
        found.append(str(words.ONLY[one.only]))
    return "; ".join(found) or gettext("all open lines")


def _named(one: Filter, name: str) -> list[str]:
    codes: tuple[str, ...] = getattr(one, name)
    return [str(words.EVENTS.get(code, code)) if name == "events" else code for code in codes]


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return gettext("up to %(last)s") % {"last": high}
    if high is None:
        return gettext("from %(first)s on") % {"first": low}
    return gettext("%(first)s to %(last)s") % {"first": low, "last": high}


def _segments(actor: Any, one: Variant) -> dict[str, Any]:
    company = one.company_id
    may = step(actor, _("Change"), "backorders:segment-change", one.pk, company_id=company) is not None
    rows, last = [], one.segments.count()
    for segment in one.segments.order_by("position"):
        url = reverse("backorders:segment-change", args=[segment.pk])
        rows.append(
            {
                "position": segment.position, "name": segment.name, "url": url if may else "",
                "strategy": words.STRATEGIES[segment.strategy], "meaning": words.MEANINGS[segment.strategy],
                "filter": said(Filter.of(segment.filter)),
                "sort": ", ".join(str(words.SORTS[code]) for code in segment.sort),
                "steps": _moves(segment, last) if may else (),
            }
        )  # fmt: skip
    return {"segments": rows, "add": step(actor, _("Add a segment"), "backorders:segment-create", one.pk, method="get",
                                          company_id=company)}  # fmt: skip


def _moves(segment: Segment, last: int) -> tuple[Step, ...]:
    def to(label: Any, name: str, danger: bool = False) -> Step:
        return Step(label, reverse(f"backorders:segment-{name}", args=[segment.pk]), danger=danger)

    found = [to(_("Up"), "up")] if segment.position > 1 else []
    found += [to(_("Down"), "down")] if segment.position < last else []
    return (*found, to(_("Remove"), "remove", danger=True)) if last > 1 else tuple(found)


def _runs(actor: Any, one: Variant) -> dict[str, Any]:
    listed = RunList.source(ListQuery(actor, {"variant": one.pk}))
    rows = [row | {"number": Link(row["number"], reverse("backorders:run", args=[row["id"]]))} for row in listed.rows]
    columns = (Column("number", _("Run"), "link"), *RunList.columns[2:])
    return {"table": table_of(columns, rows), "empty": Empty(_("Nothing was simulated yet"))}

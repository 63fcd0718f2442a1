"""The pages of what outside sources say of payers: the list, and fetching it now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit import actions, ratings, sources
from troth.platform.web import formats, keyset
from troth.platform.web.acts import Said, Told, button, clocked, step, steps
from troth.platform.web.columns import Column, Filter, table_of
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.values import Empty, Money, Party, Status, Step

SAID = (
    Column("source", _("Source"), wide=True),
    Column("score", _("Score")),
    Column("advised", _("Advised limit"), "money"),
    Column("rated_on", _("Rated on"), "date"),
    Column("good_until", _("Good until"), "date"),
    Column("status", _("Status"), "status"),
)
NOTHING_SAID = Empty(
    _("No outside source said anything"),
    _("Ratings come in as a file, or from a source of credit data that is set up."),
)


@dataclass(frozen=True, slots=True)
class Row:
    company_id: int
    party_id: int
    number: str
    party: Party
    source: str
    score: str
    advised: Money | None
    rated_on: date
    good_until: date
    status: Status


def _row(one: ratings.RatingView, today: date) -> Row:
    advised = None if one.advised_limit is None else Money(one.advised_limit, one.currency)
    status = Status(gettext("Out of date"), "waiting") if one.is_stale(today) else Status(gettext("Good"), "done")
    return Row(
        one.company_id, one.party_id, one.payer_number, Party(one.payer_name), one.source, one.score, advised,
        one.rated_on, one.good_until, status,
    )  # fmt: skip


def rows(found: Sequence[ratings.RatingView]) -> list[Row]:
    today = timezone.localdate()
    return [_row(one, today) for one in found]


def listed(query: ListQuery) -> Page:
    found = ratings.newest()
    if query.actor.company_ids is not None:
        found = found.filter(company_id__in=query.actor.company_ids)
    for word in query.search.split():
        found = found.filter(
            Q(party__number__icontains=word) | Q(party__name__icontains=word) | Q(source__icontains=word)
        )
    if query.filters.get("stale"):
        found = found.filter(ratings.stale(timezone.localdate()))
    orders = {"rated_on": ("rated_on",), "-rated_on": ("-rated_on",), "-party": ("-party__name",)}
    page = keyset.page(found, orders.get(query.sort, ("party__name",)), query.after, query.limit, count=query.count)
    return replace(page, rows=rows(ratings.views(page.rows)))


class RatingList(ListPage):
    title = _("Credit ratings")
    permission = "credit.view_account"
    columns = (
        Column("number", _("Payer")),
        Column("party", _("Name"), "party", wide=True, sort=True),
        Column("source", _("Source")),
        Column("score", _("Score")),
        Column("advised", _("Advised limit"), "money"),
        Column("rated_on", _("Rated on"), "date", sort=True),
        Column("good_until", _("Good until"), "date"),
        Column("status", _("Status"), "status"),
    )
    filters = (Filter("stale", _("Out of date"), "flag"),)
    search_label = _("Payer or source")
    steps = (Step(_("Credit accounts"), reverse_lazy("credit:accounts"), "get"),)
    empty = NOTHING_SAID
    source = listed
    row_url = staticmethod(lambda row: reverse("credit:account", args=[row.company_id, row.party_id]))

    def _steps(self, actor: Any) -> list[Step]:
        bring = step(actor, _("Import"), "credit:file-import", "credit_ratings", method="get")
        out = step(actor, _("As a file"), "masterdata:file", "credit_ratings", "xlsx", method="get")
        fetched = step(actor, _("Fetch now"), "credit:ratings-fetch") if sources.names() else None
        return [*super()._steps(actor), *steps(bring, out, fetched)]


@button
def fetch(request: HttpRequest, actor: Any, key: Any) -> Said:
    """Ask every source that is set up."""
    brought = [actions.fetch_ratings(name, **clocked(request, actor)) for name in sources.names()]
    count = sum(one.created + one.changed for one in brought)
    url = reverse("credit:ratings")
    if not brought:
        return Said(Told(_("No source of credit data is set up."), is_warning=True), url)
    return Said(
        ngettext("%(count)s rating is new or changed.", "%(count)s ratings are new or changed.", count)
        % {"count": count},
        url,
    )


def told(company_id: int, party_id: int) -> str:
    """What is said of a payer, on one line, for who decides about it."""
    return " · ".join(_sentence(one) for one in ratings.of_payer(company_id, party_id))


def _sentence(one: ratings.RatingView) -> str:
    parts = [one.source, one.score]
    if one.advised_limit is not None:
        parts.append(gettext("advises %(limit)s") % {"limit": formats.money(one.advised_limit, one.currency)})
    parts.append(formats.plain_day(one.rated_on))
    if one.is_stale(timezone.localdate()):
        parts.append(gettext("out of date"))
    return ", ".join(part for part in parts if part)


def tab(company_id: int, party_id: int) -> dict[str, Any]:
    return {"table": table_of(SAID, rows(ratings.of_payer(company_id, party_id))), "empty": NOTHING_SAID}

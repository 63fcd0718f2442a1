"""The page of one promise: why these dates, what would make them earlier, what it would be now, what it was before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.promising import actions, measures, queries, screens
from troth.business.promising.models import Requirement
from troth.business.promising.pegs import behind
from troth.business.promising.queries import PromiseThen
from troth.business.promising.states import Cause
from troth.business.promising.web import earlier, pegs, picture, read
from troth.business.promising.web.what_if_links import of_line
from troth.kernel.calendars import day_of
from troth.kernel.errors import BusinessError, NotFound, Sentence
from troth.kernel.valuations import segment_of, valuation_of
from troth.ledgers.availability.keys import AvailabilityKey
from troth.ledgers.availability.words import CATEGORIES
from troth.platform import documents as kinds
from troth.platform.documents import DocumentRef
from troth.platform.web import documents
from troth.platform.web.access import allowed
from troth.platform.web.columns import Column, table_of
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.formats import day as said_day
from troth.platform.web.language import worded
from troth.platform.web.values import Empty, Link, Party, Quantity, Status
from troth.reference import queries as reference

CAUSES = {
    "entered": _("Entered"), "changed": _("Changed"), "supply": _("Supply fell short"), "released": _("Block released"),
    "cancelled": _("Cancelled"), "expired": _("Expired"), "ordered": _("Ordered"),
    "backorder": _("Backorder run"), "undone": _("Backorder run undone"),
    "asked": _("Better dates asked for"),
}  # fmt: skip
MOVED = (
    Column("what", _("What"), wide=True),
    Column("document", _("Document"), "link"),
    Column("on", _("For"), "date"),
    Column("quantity", _("Quantity"), "quantity"),
)
THEN = (
    Column("promised_on", _("Promised"), "date"),
    Column("cause", _("Because")),
    Column("slip", _("Supply that slipped"), "link"),
    Column("run", _("Run"), "link"),
    Column("wished_on", _("Wished"), "date"),
    Column("delivery_on", _("Last delivery"), "date"),
    Column("confirmed", _("Confirmed"), "quantity"),
    Column("sentence", _("In words"), wide=True, wrap=True),
    Column("again", _("Look again"), "link"),
)


def requirement(actor: Any, key: int) -> Requirement:
    """The requirement, as far as the actor may see its document; `NotFound` else."""
    one = Requirement.objects.filter(pk=key).first()
    if one is None:
        raise NotFound(Sentence("There is no such promise, or you may not see its document."), promise=key)
    kinds.refuse_unseen(one.document_kind, one.document_id, by=actor)
    return one


class PromisePage(DocumentPage):
    permission = "promising.view_availability"
    document_kind = "promise"

    def document(self, actor: Any, key: int) -> Document:
        one = requirement(actor, key)
        product, site = reference.product(one.product_id), reference.site(one.site_id)
        promised = queries.promise(one.document_kind, [one.line_id])[one.line_id]
        kind = kinds.kind_named(one.document_kind)
        url = reverse(kind.url_name, args=[one.document_id])
        facts = (
            Fact(_("Product"), Party(product.name, product.number, _overview_url(product.number, site.code))),
            Fact(_("Site"), site.name),
            Fact(_("Wanted"), Quantity(one.quantity, product.decimals, product.base_unit)),
            Fact(_("Wished"), one.requested_on),
            Fact(_("Promised first"), one.first_promised_on),
            Fact(_("Promised now"), promised.delivery_on),
            Fact(_("Promised by"), self._run(one, actor)),
            Fact(_("Made later by backorder runs"), _times(one.displaced)),
        )
        return Document(
            kind=_("Promise"),
            number=f"{one.document_number} · {self._line(one)}",
            status=_status(one, promised),
            facts=tuple(fact for fact in facts if fact.value is not None),
            crumbs=(Link(f"{str(kind.title).capitalize()} {one.document_number}", url),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        one = requirement(actor, key)
        return (
            Tab("why", _("Why"), "promising/promise_why.html", lambda: self._why(one, actor)),
            Tab("now", _("Replay now"), "promising/promise_now.html", lambda: self._now(one, actor)),
            Tab("history", _("Promises so far"), documents.TABLE, lambda: _history(one, actor)),
        )

    def _line(self, one: Requirement) -> str:
        return actions.line_name(one.document_kind, one.document_id, one.line_id)

    def _today(self, one: Requirement) -> date:
        today: date = self.request.clock.today(reference.site(one.site_id).time_zone)  # type: ignore[attr-defined]
        return today

    def _run(self, one: Requirement, actor: Any) -> Link | None:
        """The run over the backorders that made the promise of today."""
        run = queries.run_in(one.explanation) if one.cause in (Cause.BACKORDER, Cause.UNDONE) else None
        return screens.link_of(run, actor) if run else None

    def _why(self, one: Requirement, actor: Any) -> dict[str, Any]:
        found = queries.explain(one.document_kind, one.line_id)
        assert found is not None
        product = reference.product(one.product_id)
        unit = (product.decimals, product.base_unit)
        promised = queries.promise(one.document_kind, [one.line_id])[one.line_id]
        wished, party = Quantity(one.quantity, *unit), Party(product.name, product.number)
        return {
            "sentence": worded(found.sentence),
            "promised": [screens.dated(self._line(one), party, promised, wished, one.requested_on)],
            "earlier": earlier.table(
                one.document_kind,
                one.line_id,
                unit,
                self.request.clock,  # type: ignore[attr-defined]
                promise=one,
                actor=actor,
            ),
            "stands": pegs.table(behind(one.document_kind, one.line_id, day_of(self._today(one))), unit, actor),
            "what_if": of_line(one) if not one.is_withdrawn and allowed(actor, "promising:what-if") else "",
            "waits": promised.short > 0 or (promised.delivery_on or date.min) > one.requested_on,
            **picture.stored(found, one.requested_on, unit),
            **read.context(found.record, _key(one), unit),
        }

    def _now(self, one: Requirement, actor: Any) -> dict[str, Any]:
        """The same wish on the books of today, and what moved since; `?then=` a past promise, by id."""
        product, history = reference.product(one.product_id), queries.history(one.document_kind, one.line_id)
        asked = self.request.GET.get("then", "")
        then = next((row for row in history if row.id is not None and str(row.id) == asked), None)
        choices = _choices(history, then)
        try:
            found = actions.replay(
                one.document_kind,
                one.line_id,
                clock=self.request.clock,  # type: ignore[attr-defined]
                then=then.id if then else None,
            )
        except BusinessError as refusal:
            return {"refused": worded(refusal.message), "choices": choices}
        numbers = kinds.numbers((moved.source.kind, moved.source.id) for moved in found.moved)
        rows = [
            {
                "what": CATEGORIES[moved.category],
                "document": screens.link_of(_numbered(moved.source, numbers), actor),
                "on": moved.on,
                "quantity": Quantity(moved.quantity, product.decimals, product.base_unit),
            }
            for moved in found.moved
        ]
        today = self._today(one)
        return {
            "sentence": worded(found.now.sentence),
            "difference": worded(found.difference),
            "then": worded(then.sentence) if then else "",
            "choices": choices,
            **read.context(found.record, _key(one), (product.decimals, product.base_unit)),
            "differs": found.differs,
            "promised_at": found.promised_at,
            "moved": table_of(MOVED, rows) if rows else None,
            **screens.time_line(product, one.site_id, today, segment=segment_of(valuation_of(one.segment))),
        }


def _times(count: int) -> str | None:
    return ngettext("once", "%(count)s times", count) % {"count": count} if count else None


def _key(one: Requirement) -> AvailabilityKey:
    return AvailabilityKey(one.product_id, one.site_id, one.segment)


def _choices(history: Sequence[PromiseThen], then: PromiseThen | None) -> list[tuple[str, str, bool]]:
    """Every promise that can be looked at again, the one of today first: (id or "", its words, whether it is shown)."""
    if not any(row.id for row in history):
        return []
    shown = then or next((row for row in history if row.id is None), None)
    return [(str(row.id or ""), _named(row), row is shown) for row in reversed(history)]


def _named(row: PromiseThen) -> str:
    on = said_day(row.promised_at.date()) if row.promised_at else ""
    cause = str(CAUSES.get(row.cause, row.cause))
    return f"{on} · {cause}" if row.id else f"{on} · {cause} ({gettext('the promise of today')})"


def _numbered(ref: DocumentRef, numbers: Mapping[tuple[str, int], str]) -> DocumentRef:
    return DocumentRef(ref.kind, ref.id, numbers.get((ref.kind, ref.id), ref.number))


def _status(one: Requirement, promised: queries.PromisedLine) -> Status:
    if one.is_withdrawn:
        return Status(_("Withdrawn"), "stopped")
    if promised.short > 0:
        return Status(_("Not confirmed in full"), "stopped")
    late = promised.delivery_on is not None and promised.delivery_on > one.requested_on
    return Status(_("Later than wished"), "waiting") if late else Status(_("As wished"), "done")


def _overview_url(number: str, site: str) -> str:
    return f"{reverse('promising:availability')}?{urlencode({'product': number, 'site': site})}"


def _history(one: Requirement, actor: Any) -> dict[str, Any]:
    product = reference.product(one.product_id)
    found = queries.history(one.document_kind, one.line_id)
    slipped = measures.slips_of(one.pk)
    rows = [_then(row, product, actor, slipped) | {"again": _again(one, row)} for row in reversed(found)]
    optional = ("run", "slip", "again")
    columns = [column for column in THEN if column.key not in optional or any(row[column.key] for row in rows)]
    return {"table": table_of(columns, rows), "empty": Empty(_("Nothing was promised yet"))}


def _then(row: PromiseThen, product: Any, actor: Any, slipped: Mapping[datetime, tuple[int, str]]) -> dict[str, Any]:
    return {
        "promised_on": row.promised_at.date() if row.promised_at else None,
        "cause": CAUSES.get(row.cause, row.cause),
        "run": screens.link_of(row.run, actor) if row.run else None,
        "slip": _slip(slipped.get(row.promised_at) if row.promised_at else None),
        "wished_on": row.requested_on,
        "delivery_on": row.delivery_on,
        "confirmed": Quantity(row.confirmed, product.decimals, product.base_unit),
        "sentence": worded(row.sentence),
    }


def _again(one: Requirement, row: PromiseThen) -> Link | None:
    """Where a past promise is looked at again; nothing of a line that is withdrawn can be."""
    if row.id is None or one.is_withdrawn:
        return None
    return Link(_("Replay"), f"{reverse('promising:promise', args=[one.pk])}?tab=now&then={row.id}")


def _slip(found: tuple[int, str] | None) -> Link | None:
    return Link(worded(found[1]), f"{reverse('promising:reactions')}?slip={found[0]}") if found else None

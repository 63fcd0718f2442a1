"""What a posting of supply says when it is done: whom it leaves short, or who could gain by it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from troth.business.supply.actions import affected
from troth.ledgers.availability.actions import Shortfall
from troth.platform import documents
from troth.platform.documents import DocumentRef
from troth.platform.web.access import allowed
from troth.platform.web.acts import Told

NAMED = 5
WORKBENCH = "backorders:runs"


def told(
    request: HttpRequest, actor: Any, sentence: str, short: Sequence[Shortfall], places: Iterable[tuple[int, int]]
) -> Told:
    """The sentence, and which orders the posting concerns; a warning where it leaves goods missing.

    `places` are the (product id, site id) that it moved.
    """
    if short:
        keys = [(one.key.product_id, one.key.site_id, one.key.segment, one.quantity, one.cover) for one in short]
        found = [ref for key in keys for ref in affected.losing(*key)]
        missing = gettext("Goods are missing now for what was promised.")
        if not found:
            return Told(f"{sentence} {missing}", is_warning=True)
        names = _names(list(dict.fromkeys(found)), actor)
        more = format_html("{}: {}.", gettext("These orders have to wait first"), names)
        return Told(format_html("{} {} {}", sentence, missing, more), is_warning=True)
    clock = request.clock  # type: ignore[attr-defined]
    gained = [ref for place in places for ref in affected.gaining(*place, NAMED + 1, clock=clock)]
    if not gained:
        return Told(sentence)
    names = _names(list(dict.fromkeys(gained)), actor)
    return Told(
        format_html(
            "{} {}: {}.{}", sentence, gettext("These orders could get more now, or earlier"), names, _way(actor)
        )
    )


def slips_of(number: str) -> str:
    """The query of the list of slips that chooses those of one receipt."""
    return f"?{urlencode({'receipt': number})}"


def _way(actor: Any) -> SafeString:
    """To the runs that share goods out anew, for those who may open them."""
    if not allowed(actor, WORKBENCH):
        return SafeString("")
    return format_html(' <a href="{}">{}</a>', reverse(WORKBENCH), gettext("Share out in a backorder run"))


def _names(refs: Sequence[DocumentRef], actor: Any) -> SafeString:
    shown = format_html_join(", ", "{}", [(_name(ref, actor),) for ref in refs[:NAMED]])
    if len(refs) <= NAMED:
        return shown
    return format_html("{} {}", shown, gettext("and others"))


def _name(ref: DocumentRef, actor: Any) -> SafeString:
    """Its number, which leads to it for those who may open it."""
    kind = documents.opened_by(ref, actor)
    if kind is None:
        return format_html("{}", ref.number)
    return format_html('<a href="{}">{}</a>', reverse(kind.url_name, args=[ref.id]), ref.number)

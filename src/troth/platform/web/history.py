"""The history of a document, drawn from the audit trail: what happened, who did it, what was before and after.

Each app says by `words` what its events are called; what has no words is shown by the event's own name.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.platform.documents import DocumentRef
from troth.platform.models import Event, User
from troth.platform.web import formats
from troth.platform.web.language import worded
from troth.platform.web.values import Change, FieldChange, Text

MOST_CHANGES = 200
QUIET = frozenset(
    {
        "bin", "block", "company", "conflicts", "cost", "currency", "email", "file", "gross", "kind", "lines", "net",
        "payer", "posting", "product", "release", "request", "scope", "site", "state", "token", "version",
    }
)  # fmt: skip
"""What the page shows elsewhere, what only a program needs, and what goods cost, which not everybody may see."""

LABELS: dict[str, Text] = {
    "added": _("Added"),
    "amount": _("Amount"),
    "answer": _("Answer"),
    "asked_for": _("What is asked"),
    "copied_from": _("Copied from"),
    "deliveries": _("Deliveries"),
    "delivery": _("Delivery"),
    "difference": _("Difference"),
    "differences": _("Differences"),
    "discount": _("Discount"),
    "due_on": _("Due"),
    "escalated_to": _("Passed on to"),
    "from_role": _("From"),
    "invoice": _("Invoice"),
    "issue": _("Issue"),
    "item": _("Item"),
    "late": _("Late"),
    "limit": _("Limit"),
    "missing": _("Missing"),
    "name": _("Name"),
    "on": _("Date"),
    "orders": _("Orders"),
    "outcome": _("Outcome"),
    "owner": _("Owner"),
    "paper": _("Paper"),
    "paper_version": _("Version"),
    "picked": _("Picked"),
    "planned_on": _("Planned"),
    "price": _("Price"),
    "quantity": _("Quantity"),
    "question": _("Question"),
    "quotation": _("Quotation"),
    "reason": _("Reason"),
    "rejection_reason": _("Reason of rejection"),
    "requested_on": _("Wished"),
    "risk_class": _("Risk class"),
    "role": _("Role"),
    "scopes": _("Scopes"),
    "short_lines": _("Lines not confirmed"),
    "to": _("To"),
    "to_role": _("Desk"),
}
AMOUNTS = frozenset({"amount", "discount", "limit"})
"""Facts in minor units; of which currency an event says beside them."""

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

_words: dict[str, Text] = {}
_readers: dict[str, Callable[[Any], Text]] = {}


def words(known: Mapping[str, Text]) -> None:
    """Say what kinds of events are called: {"sales.order_submitted": "Submitted"}."""
    _words.update(known)


def reads(known: Mapping[str, Callable[[Any], Text]]) -> None:
    """Say how a recorded fact is read: {"paper": title_of}."""
    _readers.update(known)


def names_of(user_ids: Iterable[int | None]) -> dict[int | None, str]:
    """What the people are called; the program itself is Troth."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    found: dict[int | None, str] = {
        user.pk: user.get_full_name() or user.username for user in User.objects.filter(pk__in=wanted)
    }
    return {None: "Troth", **found}


def changes_of(*refs: DocumentRef) -> list[Change]:
    """What happened to these documents, the newest first."""
    assert refs
    rows = Event.objects.filter(document_kind=refs[0].kind, document_id__in=[ref.id for ref in refs])
    events = list(rows.order_by("-id")[:MOST_CHANGES])
    names = names_of(event.actor_id for event in events)
    return [
        Change(at=event.at, who=names.get(event.actor_id, "–"), what=what(event.kind), fields=_fields(event))
        for event in events
    ]


def what(kind: str) -> Text:
    """What an event of this kind is called."""
    return _words.get(kind) or _label(kind.partition(".")[2])


def _fields(event: Any) -> tuple[FieldChange, ...]:
    currency = event.facts.get("currency", "")
    changed = [
        FieldChange(_label(name), _value(name, pair[0], currency), _value(name, pair[1], currency))
        for name, pair in event.changes.items()
        if name not in QUIET
    ]
    told = [
        FieldChange(_label(name), None, _value(name, value, currency))
        for name, value in event.facts.items()
        if name not in QUIET and value not in (None, "", [], {}, 0)
    ]
    return tuple(changed + told)


def _label(name: str) -> str:
    """What a fact is called; one of a line is recorded as "10.quantity"."""
    line, _dot, plain = name.rpartition(".")
    label = str(LABELS.get(plain) or plain.removesuffix("_id").replace("_", " ").capitalize())
    return gettext("Item %(number)s: %(what)s") % {"number": line, "what": label} if line else label


def _value(name: str, value: Any, currency: str) -> str:
    plain = name.rpartition(".")[2]
    if plain in _readers and value not in (None, ""):
        return str(_readers[plain](value))
    if plain in AMOUNTS and currency and isinstance(value, int):
        return f"{formats.money(value, currency)} {currency}"
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{_label(str(name))} {_text(one)}" for name, one in value.items())
    return _day(str(value)) if DAY.fullmatch(str(value)) else worded(value)


def _day(written: str) -> str:
    """A day in the reader's words; somebody's own words may look like a day and be none."""
    try:
        return formats.plain_day(date.fromisoformat(written))
    except ValueError:
        return written

"""The papers of sales: quotation, order confirmation, change confirmation, rejection.

The mark of a confirmation is that of the order as it would be confirmed now, so the change confirmation counts as
printed until the order says something else.
"""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from troth.business.sales import queries
from troth.business.sales.papers import changes
from troth.business.sales.papers.letter import WORDS, Letter, content, dates_of, letter_of
from troth.business.sales.queries import LineView
from troth.business.sales.states import OrderState, QuotationState
from troth.platform.actors import SYSTEM
from troth.platform.documents import DocumentRef
from troth.platform.models import Printing
from troth.platform.printing import contents, papers, wording
from troth.platform.printing import queries as printed
from troth.platform.printing.contents import Content, Loaded
from troth.platform.printing.papers import Paper
from troth.platform.printing.wording import Speaker

QUOTATION, CONFIRMATION, CHANGE, REJECTION = "quotation", "order_confirmation", "order_change", "order_rejection"


def _loaded(letter: Letter, made: Content, *, mark: str = "") -> Loaded:
    name = f"{made.title}-{made.number}".replace(" ", "-")
    return Loaded(
        ref=letter.view.ref, company_id=letter.document.company_id, content=made, name=name,
        email=letter.sold_to.email, mark=mark,
    )  # fmt: skip


def load_quotation(quotation_id: int) -> Loaded:
    letter = letter_of(queries.quotation(quotation_id, by=SYSTEM))
    document, speak = letter.document, letter.speak
    days = document.delivery_days
    facts = (
        (speak("day"), speak.day(document.entered_on)),
        (speak("valid_to"), speak.day(document.valid_to_on)),
        (speak("delivery_time"), speak("working_days", days=str(days)) if days is not None else ""),
        (speak("revision"), str(document.revision) if document.revision > 1 else ""),
    )
    made = content(
        letter, "quotation", facts=facts, opening=speak("opening_quotation"), closing=speak("closing_quotation"),
        lines=_standing(letter), says_more=_within,
    )  # fmt: skip
    return _loaded(letter, made)


def _within(one: LineView, speak: Speaker) -> list[str]:
    days = one.line.delivery_days
    return [speak("within", days=str(days))] if days is not None else []


def _standing(letter: Letter) -> list[LineView]:
    return [one for one in letter.view.lines if one.line.stands]


def _confirmation(letter: Letter, title: str) -> Content:
    """The order as it is confirmed now."""
    speak = letter.speak
    return content(
        letter, title, facts=((speak("order_day"), speak.day(letter.document.entered_on)),),
        opening=speak("opening_confirmation"), closing=speak("closing_confirmation"), lines=_standing(letter),
        says_more=dates_of,
    )  # fmt: skip


def load_confirmation(order_id: int) -> Loaded:
    letter = letter_of(queries.order(order_id, by=SYSTEM))
    made = _confirmation(letter, "order_confirmation")
    return _loaded(letter, made, mark=contents.mark_of(made))


def load_change(order_id: int) -> Loaded:
    """The order now, beside what the last confirmation said."""
    letter = letter_of(queries.order(order_id, by=SYSTEM))
    made, before = _confirmation(letter, "order_change"), _last(letter.view.ref)
    mark = contents.mark_of(replace(made, title=letter.speak("order_confirmation")))
    if before is not None:
        opening = letter.speak("opening_change", day=changes.day_of(before, made))
        made = replace(changes.against(made, before), opening=(opening,))
    return _loaded(letter, made, mark=mark)


def _last(ref: DocumentRef) -> Printing | None:
    """The last confirmation of an order, the first one or one of its changes."""
    found = [row for code in (CONFIRMATION, CHANGE) if (row := printed.last_of(ref, code)) is not None]
    return max(found, key=lambda row: row.pk, default=None)


def load_rejection(order_id: int) -> Loaded:
    letter = letter_of(queries.order(order_id, by=SYSTEM))
    speak, is_cancelled = letter.speak, letter.document.state == OrderState.CANCELLED
    word = "cancellation" if is_cancelled else "rejection"
    made = content(
        letter, f"order_{word}", facts=((speak("order_day"), speak.day(letter.document.entered_on)),),
        opening=speak(f"opening_{word}"), closing="" if is_cancelled else speak("closing_rejection"),
        lines=_refused(letter), says_more=_why, is_priced=False,
    )  # fmt: skip
    return _loaded(letter, made)


def _refused(letter: Letter) -> list[LineView]:
    """All lines of an order that was cancelled, else those that were rejected."""
    is_cancelled = letter.document.state == OrderState.CANCELLED
    return [one for one in letter.view.lines if is_cancelled or not one.line.stands]


def _why(one: LineView, speak: Speaker) -> list[str]:
    reason = one.line.rejection_reason
    return [speak("reason_of", reason=reason)] if reason else []


def _is_sent(quotation_id: int) -> bool:
    return bool(queries.quotation_state(quotation_id) != QuotationState.DRAFT)


def _is_submitted(order_id: int) -> bool:
    return bool(queries.order_state(order_id) == OrderState.SUBMITTED)


def _is_changed(order_id: int) -> bool:
    """Whether the order was confirmed on paper, and says something else by now."""
    before = _last(DocumentRef("order", order_id)) if _is_submitted(order_id) else None
    return before is not None and before.mark != load_confirmation(order_id).mark


def _is_refused(order_id: int) -> bool:
    if queries.order_state(order_id) == OrderState.CANCELLED:
        return True
    return any(not row.line.stands for row in queries.lines_of_orders([order_id]).values())


def _mail(word: str) -> Any:
    def mail(loaded: Loaded) -> tuple[str, str]:
        speak = wording.speaker(loaded.content.language, WORDS)
        subject = speak("mail_subject", title=loaded.content.title, number=loaded.content.number)
        theirs = dict(loaded.content.facts).get(speak("your_order"), "")
        sender = loaded.content.sender.name
        reference = f" {theirs}" if theirs else ""
        return subject, speak(f"mail_{word}", number=loaded.content.number, reference=reference, sender=sender)

    return mail


def _mail_quotation(loaded: Loaded) -> tuple[str, str]:
    speak = wording.speaker(loaded.content.language, WORDS)
    subject = speak("mail_subject", title=loaded.content.title, number=loaded.content.number)
    day = dict(loaded.content.facts).get(speak("valid_to"), "")
    word = "mail_quotation" if day else "mail_quotation_open"
    return subject, speak(word, number=loaded.content.number, day=day, sender=loaded.content.sender.name)


papers.register(
    Paper(
        code=QUOTATION, title=_("Quotation"), document_kind="quotation", load=load_quotation, offered=_is_sent,
        view="sales.view_quotation", print="sales.print_papers", mail=_mail_quotation,
    )
)  # fmt: skip
for _code, _title, _load, _offered, _word in (
    (CONFIRMATION, _("Order confirmation"), load_confirmation, _is_submitted, "confirmation"),
    (CHANGE, _("Change confirmation"), load_change, _is_changed, "change"),
    (REJECTION, _("Rejection notice"), load_rejection, _is_refused, "rejection"),
):
    papers.register(
        Paper(
            code=_code, title=_title, document_kind="order", load=_load, offered=_offered, view="sales.view_order",
            print="sales.print_papers", mail=_mail(_word),
        )
    )  # fmt: skip

"""Mail by outbox: an action writes the mail as a row, a job sends it after the commit.

A mail is sent at least once: a worker leases it, sends it outside any transaction, and marks it sent. One that dies in
between leaves the lease to run out, and the mail goes again with the same Message-ID, by which receivers tell it as
one.
"""

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.platform import sql, traces
from troth.platform.actions import current
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.documents import DocumentRef
from troth.platform.models import Mail
from troth.platform.outbox import pause
from troth.platform.printing import queries as printed

WAITING, SENT, FAILED = "waiting", "sent", "failed"
ATTEMPTS_MAX = 10
LEASE = timedelta(minutes=5)
CANNOT_BE_MADE = (BusinessError, RuntimeError, ValueError)
"""A paper without its layout or fonts, one that typst refuses, one that is not registered; a header that is none."""

log = logging.getLogger(__name__)


def send_later(
    *,
    to: str,
    subject: str,
    body: str,
    company_id: int,
    clock: Clock,
    about: DocumentRef | None = None,
    printing_id: int | None = None,
) -> int:
    """Have a mail sent after the running action has committed; return its id. Refuses what is no address.

    With `printing_id` the paper goes with it as a PDF.
    """
    assert current()
    try:
        validate_email(to)
    except ValidationError:
        raise InvalidInput(Sentence("%(to)s is not a mail address.", to=repr(to)), field="to") from None
    if "\n" in subject or "\r" in subject:
        raise InvalidInput("The subject of a mail is a single line.", field="subject")
    columns = {
        "company_id": "int",
        "to": "text",
        "subject": "text",
        "body": "text",
        "document_kind": "text",
        "document_id": "int",
        "printing_id": "int",
        "made_at": "at",
    }
    kind, document_id = (about.kind, about.id) if about else ("", None)
    row: tuple[object, ...] = (company_id, to, subject[:200], body, kind, document_id, printing_id, clock.now())
    if cause := traces.carried():
        columns, row = columns | {"cause": "text"}, (*row, cause)
    quoted = {f'"{name}"': word for name, word in columns.items()}
    [(mail_id,)] = sql.insert("platform_mail", quoted, [row], returning=("id",))
    return int(mail_id)


def message_id(mail_id: int) -> str:
    """The Message-ID of a mail, the same each time it is sent."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<troth-mail-{mail_id}@{domain}>"


def send_mails(limit: int = 50, *, clock: Clock = SYSTEM_CLOCK) -> int:
    """Send waiting mails by Django's mail backend; return how many were sent."""
    sent = 0
    for _ in range(limit):
        mail = _lease(clock)
        if mail is None:
            break
        with traces.task("mail", mail.cause, mail=mail.pk) as span:
            done = _send(mail, clock)
            if not done:
                span.fail("not sent")
        sent += done
    return sent


def _lease(clock: Clock) -> Mail | None:
    with transaction.atomic():
        due = Q(due_at=None) | Q(due_at__lte=clock.now())
        waiting = Mail.objects.select_for_update(skip_locked=sql.is_postgres())
        mail = waiting.filter(due, state=WAITING).order_by("pk").first()
        if mail is not None:
            mail.attempts += 1
            mail.due_at = clock.now() + LEASE
            mail.save(update_fields=["attempts", "due_at"])
        return mail


def _send(mail: Mail, clock: Clock) -> bool:
    try:
        _message(mail).send()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("mail %s was not sent: %s", mail.pk, error)
        _note_failure(mail, str(error), clock)
        return False
    except CANNOT_BE_MADE as error:
        log.exception("mail %s was not sent", mail.pk)
        _note_failure(mail, f"{type(error).__name__}: {error}", clock)
        return False
    Mail.objects.filter(pk=mail.pk).update(state=SENT, sent_at=clock.now(), error="")
    return True


def _message(mail: Mail) -> EmailMessage:
    """The mail as it goes out, its paper made again."""
    message = EmailMessage(mail.subject, mail.body, to=[mail.to], headers={"Message-ID": message_id(mail.pk)})
    if mail.printing is not None:
        message.attach(f"{mail.printing.file_name}.pdf", printed.pdf(mail.printing), "application/pdf")
    return message


def _note_failure(mail: Mail, error: str, clock: Clock) -> None:
    """Have it tried again later, or give it up after `ATTEMPTS_MAX` attempts."""
    state = FAILED if mail.attempts >= ATTEMPTS_MAX else WAITING
    due_at = clock.now() + pause(mail.attempts)
    Mail.objects.filter(pk=mail.pk).update(error=error[:2000], state=state, due_at=due_at)

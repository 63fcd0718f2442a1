"""Tables of the platform: people, saved views, events, keys, numbers, blocks, requests, papers, issues, mail, jobs."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    language = models.CharField(_("language"), max_length=10, default="en", db_default="en")
    session_epoch = models.PositiveIntegerField(default=0, db_default=0)
    theme = models.CharField(_("theme"), max_length=10, default="system", db_default="system")
    number_format = models.CharField(_("number format"), max_length=10, blank=True, default="", db_default="")
    date_format = models.CharField(_("date format"), max_length=10, blank=True, default="", db_default="")
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, default="", db_default="")
    tour_left_at = models.DateTimeField(null=True)
    here_at = models.DateTimeField(null=True)
    news_since_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")


class RoleGrant(models.Model):
    """A role of a user, for one company and site or for all. Companies and sites are named by id: they lie above."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    company_id = models.BigIntegerField(null=True, blank=True)
    site_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "company_id", "site_id"], name="platform_grant_once", nulls_distinct=False
            )
        ]


class ApiToken(models.Model):
    """A token stands for its user within its scopes; only the hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class SavedView(models.Model):
    """A list narrowed and sorted as its maker wants it again; with `role`, for everybody who has the role."""

    list_name = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    role = models.CharField(max_length=40, default="", db_default="")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_name", "user", "name"], name="platform_view_once")]
        indexes = [
            models.Index(fields=["list_name", "role"], name="platform_view_shared", condition=~Q(role="")),
        ]


class ListChoice(models.Model):
    """How a person wants one list: its columns in their order (none: as declared), the view it opens with."""

    list_name = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="list_choices")
    columns = models.JSONField(default=list)
    opens_with = models.ForeignKey(SavedView, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_name", "user"], name="platform_list_choice_once")]


class Event(models.Model):
    """What happened. Never changed, never deleted (triggers)."""

    company_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    acting_for_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=80)
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    facts = models.JSONField()
    changes = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["document_kind", "document_id", "id"], name="platform_event_document"),
            models.Index(fields=["actor_id", "-id"], name="platform_event_actor", condition=Q(actor_id__isnull=False)),
        ]


class Outbox(models.Model):
    """An event that a subscriber has yet to act on; `cause` is the span that recorded it (`traces`)."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT)
    subscriber = models.CharField(max_length=120)
    attempts = models.IntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="")
    cause = models.CharField(max_length=55, null=True)  # noqa: DJ001 - nothing while traces are off

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="platform_outbox_once")]
        indexes = [models.Index(fields=["id"], name="platform_outbox_waiting", condition=Q(done_at=None))]


class Seal(models.Model):
    """A link of the chain over committed events of a company."""

    company_id = models.BigIntegerField()
    position = models.BigIntegerField()
    event = models.OneToOneField(Event, on_delete=models.PROTECT)
    chain_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "position"], name="platform_seal_position")]


class Idempotency(models.Model):
    """A client key with the answer it got."""

    owner = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    payload_hash = models.CharField(max_length=64)
    answer = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="platform_idempotency_once")]


class NumberRange(models.Model):
    """The last number drawn of a series; year 0 where the series does not begin anew each year."""

    company_id = models.BigIntegerField()
    series = models.CharField(max_length=40)
    year = models.IntegerField()
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company_id", "series", "year"], name="platform_range_once")]


class BlockRow(models.Model):
    """A block, standing until `released_at` is filled."""

    company_id = models.BigIntegerField()
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    scope = models.CharField(max_length=20)
    reason = models.CharField(max_length=300)
    set_by_id = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()
    entered_by_id = models.BigIntegerField(null=True)
    last_raised_by_id = models.BigIntegerField(null=True)
    released_by_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    release_reason = models.CharField(max_length=300, default="", db_default="")

    class Meta:
        db_table = "platform_block"
        verbose_name = _("block")
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "document_id", "kind", "scope"],
                condition=Q(released_at=None),
                name="platform_block_stands_once",
            ),
            # Nobody releases their own: null (the system) passes, since a comparison with null is not false.
            models.CheckConstraint(
                condition=~Q(released_by_id=F("entered_by_id")) & ~Q(released_by_id=F("last_raised_by_id")),
                name="platform_block_released_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["document_kind", "document_id"], name="platform_block_document"),
            # The list of what stands, which stays as long as it is however many were released.
            models.Index(fields=["set_at", "id"], condition=Q(released_at=None), name="platform_block_standing"),
        ]


class RequestRow(models.Model):
    """A hand-off: a role asks another for something about a document, with a receipt and a deadline."""

    company_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    from_role = models.CharField(max_length=40)
    to_role = models.CharField(max_length=40)
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    item = models.CharField(max_length=20, default="", db_default="")
    question = models.TextField()
    state = models.CharField(max_length=20)
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    receipt_due_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    expires = models.BooleanField(default=True, db_default=True)
    escalates_to = models.CharField(max_length=40, default="", db_default="")
    escalation = models.PositiveSmallIntegerField(default=0, db_default=0)
    escalated_at = models.DateTimeField(null=True)
    receipt_by_id = models.BigIntegerField(null=True)
    receipt_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="", db_default="")
    reason = models.TextField(default="", db_default="")

    class Meta:
        db_table = "platform_request"
        verbose_name = _("request")
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "document_id", "item", "kind", "to_role"],
                condition=Q(state__in=["asked", "received"]),
                name="platform_request_open_once",
            ),
            models.CheckConstraint(condition=Q(escalation__in=[0, 1, 2]), name="platform_request_escalation"),
        ]
        indexes = [
            models.Index(fields=["document_kind", "document_id"], name="platform_request_document"),
            models.Index(
                fields=["to_role", "due_at"],
                name="platform_request_open",
                condition=Q(state__in=["asked", "received"]),
            ),
            models.Index(
                fields=["escalates_to", "due_at"],
                name="platform_request_escalates",
                condition=Q(state__in=["asked", "received"]),
            ),
            models.Index(fields=["asked_by_id", "-id"], name="platform_request_asked_by"),
        ]


class Printing(models.Model):
    """A paper as it was printed. Never changed, never deleted (triggers).

    `content` is what stands on it, from which it can be made again; `pdf_hash` is that of the file. `mark` is another
    once something that matters has changed.
    """

    company_id = models.BigIntegerField()
    site_id = models.BigIntegerField(null=True)
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    paper = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    file_name = models.CharField(max_length=120)
    email = models.CharField(max_length=254)
    content = models.TextField()
    mark = models.CharField(max_length=64)
    pdf_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    printed_by_id = models.BigIntegerField(null=True)
    printed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("printing")
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "document_id", "paper", "version"], name="platform_printing_version"
            )
        ]


class IssueRow(models.Model):
    """What a customer raised about a document or the relation: who sees to it, until when, how it ended."""

    company_id = models.BigIntegerField()
    document_kind = models.CharField(max_length=40)
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=20)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="issues")
    due_on = models.DateField()
    opened_by_id = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    closed_by_id = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        db_table = "platform_issue"
        verbose_name = _("issue")
        indexes = [
            models.Index(fields=["document_kind", "document_id"], name="platform_issue_document"),
            models.Index(fields=["owner", "due_on"], name="platform_issue_open", condition=Q(state="open")),
        ]


class Mail(models.Model):
    """A mail to send. Its Message-ID is made from the id, so that one sent twice can be told as one.

    `printing` is the paper that goes with it; `cause` the span that wrote it (`traces`).
    """

    company_id = models.BigIntegerField()
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    document_kind = models.CharField(max_length=40, default="", db_default="")
    document_id = models.BigIntegerField(null=True)
    printing = models.ForeignKey(Printing, on_delete=models.RESTRICT, null=True, related_name="mails")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=20, default="waiting", db_default="waiting")
    attempts = models.IntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(default="", db_default="")
    cause = models.CharField(max_length=55, null=True)  # noqa: DJ001 - nothing while traces are off

    class Meta:
        indexes = [models.Index(fields=["id"], name="platform_mail_waiting", condition=Q(state="waiting"))]


class Slot(models.Model):
    """A time at which a scheduled task was fired; unique, so that two clocks cannot fire it twice."""

    task = models.CharField(max_length=80)
    slot_at = models.DateTimeField()
    fired_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "slot_at"], name="platform_slot_once")]


class Heartbeat(models.Model):
    """When a worker last said that it is alive."""

    worker = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

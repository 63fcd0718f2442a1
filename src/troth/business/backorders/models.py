"""Variants, runs, and what each run changes line by line.

Quantities in smallest units of the product. Lines of a promise are rows of [quantity, material day, delivery day,
basis]; days are numbers since 1970-01-01.
"""

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _


class Variant(models.Model):
    """How a run goes about it. `selection` and the segments' `filter` are `rules.selection.Filter` as JSON.

    `worse_share_max` in hundredths of a percent of the lines, `later_days_max` in days; null: no limit. A line that
    `later_times_max` runs made later keeps what it has.
    `loosened_by_id` is the user who last let it do more, until somebody else has approved a run. `next_at` is when it
    is simulated next by itself.
    """

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    selection = models.JSONField(default=dict)
    with_unconfirmed = models.BooleanField(_("lines without a confirmation too"), default=True, db_default=True)
    asks_rules = models.BooleanField(_("asks rules of availability"), default=False, db_default=False)
    win_reaction = models.CharField(max_length=10, default="fallback")
    win_fallback = models.CharField(max_length=12, default="improve")
    gain_reaction = models.CharField(max_length=10, default="fallback")
    gain_fallback = models.CharField(max_length=12, default="improve")
    worse_share_max = models.PositiveIntegerField(null=True, blank=True)
    worse_lines_max = models.PositiveIntegerField(null=True, blank=True)
    later_days_max = models.PositiveIntegerField(null=True, blank=True)
    later_times_max = models.PositiveIntegerField(null=True, blank=True)
    loosened_by_id = models.PositiveBigIntegerField(null=True)
    rhythm = models.CharField(max_length=10, default="never")
    at_time = models.TimeField(null=True, blank=True)
    applies_itself = models.BooleanField(default=False, db_default=False)
    next_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True, db_default=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("backorder variant")
        verbose_name_plural = _("backorder variants")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="backorders_variant_once")]
        indexes = [
            models.Index(fields=["next_at"], name="backorders_variant_due", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class Segment(models.Model):
    """Lines of one filter, how they rank among each other, and their strategy. A line takes the first that fits."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="segments", db_index=False)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=60)
    filter = models.JSONField(default=dict)
    sort = models.JSONField(default=list)
    strategy = models.CharField(_("strategy"), max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["variant", "position"], name="backorders_segment_once")]
        ordering = ["position"]


class Run(models.Model):
    """A simulation and what became of it. `settings` is the variant as it was (`rules.variants.Settings` as JSON).

    Counts are of lines; `summary` has them by segment, and the lines that took no part by reason. `keys_done` of
    `keys_total` are worked off, `told` says whether the orders know. A run of the kind undo restores what `undoes`
    changed.
    """

    company = models.ForeignKey("reference.Company", on_delete=models.RESTRICT, related_name="+", db_index=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(max_length=5, default="run")
    state = models.CharField(_("state"), max_length=12)
    variant = models.ForeignKey(Variant, on_delete=models.SET_NULL, null=True, related_name="runs")
    undoes = models.ForeignKey("self", on_delete=models.RESTRICT, null=True, related_name="undone_by")
    settings = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    started_by_id = models.BigIntegerField(null=True)
    simulated_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    lines = models.BigIntegerField(default=0, db_default=0)
    better = models.BigIntegerField(default=0, db_default=0)
    worse = models.BigIntegerField(default=0, db_default=0)
    mixed = models.BigIntegerField(default=0, db_default=0)
    latest_days = models.IntegerField(default=0, db_default=0)
    keys_total = models.BigIntegerField(default=0, db_default=0)
    keys_done = models.BigIntegerField(default=0, db_default=0)
    told = models.BooleanField(default=False, db_default=False)
    note = models.CharField(max_length=300, default="", db_default="", blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        verbose_name = _("backorder run")
        verbose_name_plural = _("backorder runs")
        indexes = [
            models.Index(fields=["company", "-id"], name="backorders_run_company"),
            models.Index(
                fields=["id"],
                name="backorders_run_working",
                condition=Q(state__in=["simulating", "applying", "undoing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RunKey(models.Model):
    """A product at a site on which the run changes something, with the version of its series that was read.

    Keys of one `part` (0: by itself) are applied together, for lines on them arrive together; on some of them nothing
    may change.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="keys", db_index=False)
    product = models.ForeignKey("reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False)
    site = models.ForeignKey("reference.Site", on_delete=models.RESTRICT, related_name="+", db_index=False)
    series_version = models.BigIntegerField()
    lines = models.IntegerField()
    changes_count = models.IntegerField()
    part = models.BigIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=8, default="open")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "product", "site"], name="backorders_run_key_once"),
        ]
        indexes = [
            models.Index(fields=["run", "state", "id"], name="backorders_run_key_state"),
            models.Index(fields=["run", "part"], name="backorders_run_key_part", condition=Q(part__gt=0)),
        ]


class Change(models.Model):
    """What a run changes on a line: what was confirmed and what is, under which segment, and whether it was applied.

    `gained` units come earlier or at all, `lost` ones later or not at all. `days` is by how many the last delivery
    moves, null where there was or is none. `raised` are the kernel's exceptions, `strategy` the one it ended under.
    `left_because` says why an undoing left the line as it is. `old_uses` and `new_uses` are what it consumes of quotas,
    as [sequence, procedure, cell, period, quantity]; `quota` is the record of the one that limits it then, if one does.
    `location` is the code of the storage location that alone serves it.

    `served` is what a rule lets serve it after the run (a `served.Served` of sales as JSON), in its `turn`, and
    `serving` what became of that. Then `new` is what the run itself leaves it and `own_lost` what it lost by that, and
    `gained`, `lost`, `days` and `verdict` are of both together. A line that only a rule changes has no `run_key`.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="changes", db_index=False)
    run_key = models.ForeignKey(RunKey, on_delete=models.CASCADE, null=True, related_name="changes")
    requirement_id = models.BigIntegerField()
    line_id = models.BigIntegerField()
    document_id = models.BigIntegerField()
    document_number = models.CharField(max_length=40)
    line_number = models.IntegerField()
    customer = models.ForeignKey(
        "reference.Party", on_delete=models.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )
    product = models.ForeignKey(
        "reference.Product", on_delete=models.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )
    site = models.ForeignKey(
        "reference.Site", on_delete=models.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )
    location = models.CharField(max_length=10, default="", db_default="", blank=True)
    segment = models.SmallIntegerField()
    strategy = models.CharField(max_length=12)
    raised = models.SmallIntegerField(default=0, db_default=0)
    wanted = models.BigIntegerField()
    requested_on = models.DateField()
    old = models.JSONField(default=list)
    new = models.JSONField(default=list)
    gained = models.BigIntegerField()
    lost = models.BigIntegerField()
    days = models.IntegerField(null=True)
    verdict = models.CharField(max_length=6)
    state = models.CharField(max_length=8, default="open")
    told = models.BooleanField(default=False, db_default=False)
    left_because = models.CharField(max_length=10, default="", db_default="", blank=True)
    old_uses = models.JSONField(default=list, db_default=Value([], output_field=models.JSONField()))
    new_uses = models.JSONField(default=list, db_default=Value([], output_field=models.JSONField()))
    quota = models.JSONField(default=dict, db_default=Value({}, output_field=models.JSONField()))
    served = models.JSONField(default=dict, db_default=Value({}, output_field=models.JSONField()))
    serving = models.CharField(max_length=8, default="", db_default="", blank=True)
    turn = models.IntegerField(default=0, db_default=0)
    own_lost = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "requirement_id"], name="backorders_change_once"),
        ]
        indexes = [
            models.Index(fields=["run", "id"], name="backorders_change_run"),
            models.Index(fields=["run", "document_id"], name="backorders_change_order"),
            models.Index(fields=["run", "customer"], name="backorders_change_customer"),
            models.Index(fields=["requirement_id"], name="backorders_change_promise"),
            models.Index(fields=["run", "turn"], name="backorders_change_turn", condition=Q(turn__gt=0)),
        ]


class Loss(models.Model):
    """`quantity` that `loser` had on a day and `winner` took; no winner: to no line of the run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="losses", db_index=False, db_constraint=False)
    loser = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="losses", db_constraint=False)
    winner = models.ForeignKey(Change, on_delete=models.CASCADE, null=True, related_name="gains", db_constraint=False)
    quantity = models.BigIntegerField()
    lost_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="backorders_loss_positive")]
        indexes = [models.Index(fields=["run"], name="backorders_loss_run")]

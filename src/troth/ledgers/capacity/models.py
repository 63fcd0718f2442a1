"""Bookings of resources."""

from django.db import models
from django.db.models import F, Q

from troth.ledgers.postings import PostingRow


class Balance(models.Model):
    resource_id = models.BigIntegerField(unique=True)
    version = models.BigIntegerField(default=0, db_default=0)
    booked_minutes = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(booked_minutes__gte=0), name="capacity_balance_booked")]


class Posting(PostingRow):
    """`minutes` (signed) between two instants; a cancelled booking is reversed by one with the same instants."""

    balance = models.ForeignKey(Balance, on_delete=models.RESTRICT, related_name="postings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="capacity_posting_span")]

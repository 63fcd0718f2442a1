"""Postings are never changed: a correction is a reversal."""

from django.db import migrations

from troth.platform.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("fulfilment", "0001_initial")]
    operations = [AppendOnly("fulfilment_posting")]

"""Postings are never changed: a correction is a reversal."""

from django.db import migrations

from troth.platform.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial")]
    operations = [AppendOnly("stock_posting")]

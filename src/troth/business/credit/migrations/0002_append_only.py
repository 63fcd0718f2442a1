"""Why a document was blocked stays as it was found."""

from django.db import migrations

from troth.platform.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial"), ("platform", "0001_initial")]

    operations = [AppendOnly("credit_excess")]

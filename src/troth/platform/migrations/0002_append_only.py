"""Events and seals are never changed."""

from django.db import migrations

from troth.platform.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]
    operations = [AppendOnly("platform_event"), AppendOnly("platform_seal")]

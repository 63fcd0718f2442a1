from django.db import migrations

from troth.platform.sequences import NumberSequence


class Migration(migrations.Migration):
    dependencies = [("receivables", "0001_initial")]
    operations = [NumberSequence("payment")]

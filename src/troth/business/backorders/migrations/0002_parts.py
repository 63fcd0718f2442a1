from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("backorders", "0001_initial")]

    operations = [
        migrations.AddField("runkey", "part", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddIndex(
            "runkey", models.Index(fields=["run", "part"], name="backorders_run_key_part", condition=Q(part__gt=0))
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("backorders", "0005_quotas"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="location",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("backorders", "0002_parts")]

    operations = [
        migrations.AddField(
            "change", "left_because", models.CharField(max_length=10, default="", db_default="", blank=True)
        ),
    ]

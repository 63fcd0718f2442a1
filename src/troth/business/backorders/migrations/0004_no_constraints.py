import django.db.models.deletion
from django.db import migrations, models


def _to_master(model: str) -> models.ForeignKey:
    return models.ForeignKey(
        model, on_delete=django.db.models.deletion.RESTRICT, related_name="+", db_index=False, db_constraint=False
    )


def _of_run(model: str, name: str, **more: bool) -> models.ForeignKey:
    return models.ForeignKey(
        model, on_delete=django.db.models.deletion.CASCADE, related_name=name, db_constraint=False, **more
    )


class Migration(migrations.Migration):
    dependencies = [("backorders", "0003_left_because")]

    operations = [
        migrations.AlterField("change", "customer", _to_master("reference.party")),
        migrations.AlterField("change", "product", _to_master("reference.product")),
        migrations.AlterField("change", "site", _to_master("reference.site")),
        migrations.AlterField("loss", "run", _of_run("backorders.run", "losses", db_index=False)),
        migrations.AlterField("loss", "loser", _of_run("backorders.change", "losses")),
        migrations.AlterField("loss", "winner", _of_run("backorders.change", "gains", null=True)),
    ]

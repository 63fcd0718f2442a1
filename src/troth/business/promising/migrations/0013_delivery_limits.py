from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promising', '0012_hold_valuation'),
    ]

    operations = [
        migrations.AddField(
            model_name='requirement',
            name='min_shipment',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='requirement',
            name='lateness_days_max',
            field=models.PositiveIntegerField(null=True),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0017_valuation_types'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='minimum_shipment_percent',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='least shipment in percent'),
        ),
        migrations.AddField(
            model_name='customer',
            name='lateness_days_max',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='days late at most'),
        ),
    ]

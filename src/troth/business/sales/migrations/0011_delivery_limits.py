from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0010_quotation_valuation'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='min_shipment',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='least shipment'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='lateness_days_max',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='latest, days after the wished date'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='deliveries_max',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='partial deliveries at most'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='min_shipment',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='least shipment'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='lateness_days_max',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='latest, days after the wished date'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='deliveries_max',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='partial deliveries at most'),
        ),
    ]

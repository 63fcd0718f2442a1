import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reference', '0009_location_left_out'),
        ('supply', '0003_transfer_posting'),
    ]

    operations = [
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('quantity', models.BigIntegerField(verbose_name='quantity')),
                ('reason', models.CharField(max_length=80, verbose_name='reason')),
                ('version', models.PositiveIntegerField(db_default=1, default=1)),
                ('company', models.ForeignKey(
                    on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='reference.company')),
                ('product', models.ForeignKey(
                    on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='reference.product')),
                ('site', models.ForeignKey(
                    on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='reference.site')),
            ],
            options={
                'verbose_name': 'forecast',
                'verbose_name_plural': 'forecasts',
                'indexes': [models.Index(fields=['on', 'id'], name='supply_forecast_day')],
                'constraints': [
                    models.UniqueConstraint(fields=('product', 'site', 'on'), name='supply_forecast_once'),
                    models.CheckConstraint(condition=models.Q(quantity__gte=0), name='supply_forecast_quantity'),
                ],
            },
        ),
    ]

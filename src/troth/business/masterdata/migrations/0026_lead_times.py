
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0025_credit_hold'),
    ]

    operations = [
        migrations.AddField(
            model_name='productsite',
            name='delivery_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='planned delivery in days'),
        ),
        migrations.AddField(
            model_name='productsite',
            name='lead_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='replenishment lead time in working days'),
        ),
        migrations.AddField(
            model_name='productsite',
            name='processing_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='processing in working days'),
        ),
        migrations.AddField(
            model_name='productsite',
            name='production_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='production in working days'),
        ),
        migrations.AddField(
            model_name='productsite',
            name='receipt_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='goods receipt in working days'),
        ),
    ]

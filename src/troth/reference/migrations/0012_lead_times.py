
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reference', '0011_division'),
    ]

    operations = [
        migrations.AddField(
            model_name='product',
            name='delivery_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='planned delivery in days'),
        ),
        migrations.AddField(
            model_name='product',
            name='processing_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='processing in working days'),
        ),
        migrations.AddField(
            model_name='product',
            name='production_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='production in working days'),
        ),
        migrations.AddField(
            model_name='product',
            name='receipt_days',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='goods receipt in working days'),
        ),
    ]

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0020_firm_planned'),
        ('reference', '0009_location_left_out'),
    ]

    operations = [
        migrations.CreateModel(
            name='PackageSizes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('sizes', models.CharField(max_length=80, verbose_name='sizes in smallest units')),
                ('rounding', models.CharField(choices=[('none', 'as ordered; the rest stays open'), ('down', 'down to whole packages'), ('up', 'up to whole packages')], default='none', max_length=10, verbose_name='ordered quantities')),
                ('customer', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='masterdata.customer')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='reference.product')),
            ],
            options={
                'verbose_name': 'package sizes',
                'verbose_name_plural': 'package sizes',
                'constraints': [models.UniqueConstraint(models.F('product'), django.db.models.functions.comparison.Coalesce('customer', models.Value(0)), name='masterdata_package_sizes_once')],
            },
        ),
    ]

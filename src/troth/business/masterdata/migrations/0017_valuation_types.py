import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0016_credit_criteria'),
        ('reference', '0009_location_left_out'),
    ]

    operations = [
        migrations.CreateModel(
            name='ValuationType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='active')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, verbose_name='of lines that name none')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='reference.product')),
            ],
            options={
                'verbose_name': 'valuation type',
                'verbose_name_plural': 'valuation types',
                'constraints': [models.UniqueConstraint(fields=('product', 'code'), name='masterdata_valuation_once')],
            },
        ),
    ]

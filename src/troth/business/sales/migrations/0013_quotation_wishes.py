import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0001_initial'),
        ('sales', '0012_source_system'),
    ]

    operations = [
        migrations.AddField(
            model_name='quotationline',
            name='batch',
            field=models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='batch'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='delivery_group',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name='delivery group'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='delivery_mode',
            field=models.CharField(db_default='partial', default='partial', max_length=10, verbose_name='delivery proposal'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='is_fixed',
            field=models.BooleanField(db_default=False, default=False, verbose_name='quantity and date fixed'),
        ),
        migrations.AddField(
            model_name='quotationline',
            name='route',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='masterdata.route'),
        ),
    ]


import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exposure', '0004_counted'),
        ('reference', '0011_division'),
    ]

    operations = [
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party_id', models.BigIntegerField()),
                ('open_orders', models.BigIntegerField(db_default=0, default=0)),
                ('open_deliveries', models.BigIntegerField(db_default=0, default=0)),
                ('open_invoices', models.BigIntegerField(db_default=0, default=0)),
                ('deposits', models.BigIntegerField(db_default=0, default=0)),
            ],
        ),
        migrations.AddField(
            model_name='balance',
            name='root',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddIndex(
            model_name='balance',
            index=models.Index(condition=models.Q(('root', 0), _negated=True), fields=['company', 'root'], name='exposure_balance_group'),
        ),
        migrations.AddField(
            model_name='group',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='reference.company'),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.UniqueConstraint(fields=('company', 'party_id'), name='exposure_group_key'),
        ),
    ]

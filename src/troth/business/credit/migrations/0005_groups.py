
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('credit', '0004_waiting'),
    ]

    operations = [
        migrations.AddField(
            model_name='creditaccount',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='members', to='credit.creditaccount', verbose_name='belongs to'),
        ),
    ]

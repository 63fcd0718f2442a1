
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0024_package_sizes_reason'),
    ]

    operations = [
        migrations.AddField(
            model_name='ordertype',
            name='credit_hold_days',
            field=models.PositiveSmallIntegerField(db_default=3, default=3, verbose_name='working days for which it is held'),
        ),
    ]


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0007_new_dates'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='location',
            field=models.CharField(blank=True, db_default='', default='', max_length=10, verbose_name='storage location'),
        ),
    ]


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reference', '0009_location_left_out'),
        ('sales', '0008_location'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='newdates',
            name='sales_new_dates_stand_once',
        ),
        migrations.AddField(
            model_name='newdates',
            name='segment',
            field=models.CharField(blank=True, db_default='', default='', max_length=60),
        ),
        migrations.AddConstraint(
            model_name='newdates',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('order', 'product', 'site', 'segment'), name='sales_new_dates_stand_once'),
        ),
    ]

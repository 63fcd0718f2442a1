from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0009_new_dates_of_locations'),
    ]

    operations = [
        migrations.AddField(
            model_name='quotationline',
            name='valuation',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='valuation type'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supply', '0004_forecast'),
    ]

    operations = [
        migrations.AddField(
            model_name='receipt',
            name='valuation',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='valuation type'),
        ),
        migrations.AddField(
            model_name='transferposting',
            name='valuation',
            field=models.CharField(blank=True, db_default='', default='', max_length=20, verbose_name='valuation type'),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0013_on_shortage_asks'),
    ]

    operations = [
        migrations.AddField(
            model_name='checkingscope',
            name='forecast_back_days',
            field=models.PositiveSmallIntegerField(
                db_default=30, default=30, verbose_name='orders use up forecast of so many days before theirs'
            ),
        ),
        migrations.AddField(
            model_name='checkingscope',
            name='forecast_ahead_days',
            field=models.PositiveSmallIntegerField(
                db_default=30, default=30, verbose_name='orders use up forecast of so many days after theirs'
            ),
        ),
    ]

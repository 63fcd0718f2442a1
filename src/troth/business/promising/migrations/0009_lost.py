from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promising', '0008_batches'),
    ]

    operations = [
        migrations.AddField(
            model_name='departure',
            name='lost',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]

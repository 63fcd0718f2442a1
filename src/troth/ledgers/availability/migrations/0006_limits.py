from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('availability', '0005_slips'),
    ]

    operations = [
        migrations.AddField(
            model_name='balance',
            name='limits',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]

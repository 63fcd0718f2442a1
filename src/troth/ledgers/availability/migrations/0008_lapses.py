
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('availability', '0007_shortage_cover'),
    ]

    operations = [
        migrations.AddField(
            model_name='balance',
            name='lapses',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]

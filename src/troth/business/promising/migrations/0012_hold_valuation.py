from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promising', '0011_traits'),
    ]

    operations = [
        migrations.AddField(
            model_name='holdline',
            name='valuation',
            field=models.CharField(db_default='', default='', max_length=20),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promising', '0010_reactions'),
    ]

    operations = [
        migrations.AddField(
            model_name='requirement',
            name='traits',
            field=models.CharField(db_default='', default='', max_length=500),
        ),
    ]

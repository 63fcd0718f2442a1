from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('masterdata', '0011_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='ordertype',
            name='on_shortage',
            field=models.CharField(
                choices=[('repromise', 'promise it anew at once'), ('keep', 'keep the promise and report it')],
                db_default='repromise', default='repromise', max_length=10,
                verbose_name='when supply covers the promise no longer',
            ),
        ),
    ]

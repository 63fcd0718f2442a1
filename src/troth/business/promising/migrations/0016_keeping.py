
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('promising', '0015_hold_limits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Keeping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document_kind', models.CharField(max_length=20)),
                ('document_id', models.BigIntegerField()),
                ('document_number', models.CharField(max_length=40)),
                ('until', models.DateTimeField()),
                ('lapsed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('lapsed_at', None)), fields=['until'], name='promising_keeping_due')],
                'constraints': [models.UniqueConstraint(fields=('document_kind', 'document_id'), name='promising_keeping_once')],
            },
        ),
    ]

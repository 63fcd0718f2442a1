from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supply', '0006_planned'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='receipt',
            name='supply_receipt_firm',
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.CheckConstraint(condition=models.Q(('is_firm', False), ('kind__in', ['planned', 'requisition']), _connector='OR'), name='supply_receipt_firm'),
        ),
    ]

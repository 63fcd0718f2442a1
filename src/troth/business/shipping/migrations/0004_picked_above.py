from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("shipping", "0003_texts")]

    operations = [
        migrations.RemoveConstraint("transferline", "shipping_transfer_line_picked"),
        migrations.AddConstraint(
            "transferline",
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & (Q(picked=None) | Q(picked__gte=0)),
                name="shipping_transfer_line_picked",
            ),
        ),
    ]

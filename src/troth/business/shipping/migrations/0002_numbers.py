"""The number series of deliveries, shipments and transfer orders."""

from django.db import migrations

from troth.platform.sequences import NumberSequence


class Migration(migrations.Migration):
    dependencies = [("shipping", "0001_initial")]
    operations = [NumberSequence("delivery"), NumberSequence("shipment"), NumberSequence("transfer_order")]

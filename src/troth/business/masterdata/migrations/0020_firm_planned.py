from django.db import migrations

BEFORE = "stock, purchase, production, transfer_in"
WITH_FIRM_PLANNED = "stock, purchase, production, transfer_in, firm_planned"
BEGUN_WITH = ("order", "rush", "delivery", "quotation", "component")


def count_firm_planned(apps, schema_editor):
    """New books begin with scopes that count firm planned orders. Books that hold a company keep what they have."""
    if apps.get_model("reference", "Company").objects.exists():
        return
    scopes = apps.get_model("masterdata", "CheckingScope").objects.filter(code__in=BEGUN_WITH, supply=BEFORE)
    scopes.update(supply=WITH_FIRM_PLANNED)


class Migration(migrations.Migration):

    dependencies = [
        ("masterdata", "0019_rules_wider"),
        ("reference", "0010_office_hours"),
    ]

    operations = [migrations.RunPython(count_firm_planned, migrations.RunPython.noop)]

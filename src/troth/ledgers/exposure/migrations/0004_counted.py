"""What is kept beside the postings, from the postings that are there."""

from django.db import migrations

_COLUMNS = {"orders": "open_orders", "deliveries": "open_deliveries", "invoices": "open_invoices"}


def _count(column: str, part: str) -> str:
    return (
        f"UPDATE exposure_balance SET {column} = (SELECT COUNT(*) FROM (SELECT 1 FROM exposure_posting p"
        f" WHERE p.balance_id = exposure_balance.id AND p.part = '{part}'"
        " GROUP BY p.source_kind, p.source_id HAVING SUM(p.amount) <> 0) s)"
    )


_DAYS = (
    "INSERT INTO exposure_day (balance_id, due_on, amount) SELECT balance_id, due_on, CAST(SUM(amount) AS bigint)"
    " FROM exposure_posting WHERE part = 'open_invoices' AND due_on IS NOT NULL"
    " GROUP BY balance_id, due_on HAVING SUM(amount) <> 0"
)


class Migration(migrations.Migration):
    dependencies = [("exposure", "0003_open_items")]

    operations = [
        *(migrations.RunSQL(_count(*pair), migrations.RunSQL.noop) for pair in _COLUMNS.items()),
        migrations.RunSQL(_DAYS, "DELETE FROM exposure_day"),
    ]

"""What waits under a credit block, and on whose exposure; what stands already is taken over from what was found."""

from django.db import migrations, models

FILL = """
INSERT INTO credit_waiting (block_id, company_id, party_id, document_kind, document_id, point)
SELECT b.id, b.company_id, a.party_id, b.document_kind, b.document_id, e.point FROM platform_block b
JOIN credit_excess e ON e.id = (SELECT MAX(x.id) FROM credit_excess x WHERE x.document_kind = b.document_kind
AND x.document_id = b.document_id AND x.outcome = 'block')
JOIN credit_creditaccount a ON a.id = e.account_id WHERE b.kind = 'credit' AND b.released_at IS NULL"""


class Migration(migrations.Migration):
    dependencies = [("credit", "0003_verdicts"), ("platform", "0010_requests_escalate")]

    operations = [
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("block_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("company_id", models.BigIntegerField()),
                ("party_id", models.BigIntegerField()),
                ("document_kind", models.CharField(max_length=40)),
                ("document_id", models.BigIntegerField()),
                ("point", models.CharField(max_length=20)),
                ("passes_at", models.DateTimeField(null=True)),
                ("kept_by_id", models.BigIntegerField(null=True)),
                ("kept_at", models.DateTimeField(null=True)),
                ("kept_reason", models.CharField(db_default="", default="", max_length=80)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company_id", "party_id"], name="credit_waiting_payer"),
                    models.Index(fields=["document_kind", "document_id"], name="credit_waiting_document"),
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

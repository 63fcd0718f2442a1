"""The company of a crash run: the bench's, with few products and less of each than will be asked for."""

from datetime import date
from typing import Any

from django.core.management import call_command
from django.db import connection

from troth.doors.bench import company
from troth.doors.crash.plan import Defect, Plan
from troth.platform import users
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK

PASSWORD = "only for a crash run"  # noqa: S105 - of a database that is thrown away

KEY_CONSTRAINT = "platform_idempotency_once"


def build(plan: Plan) -> tuple[str, date]:
    """Make the tables, the company and somebody with a token; return the token and today."""
    call_command("migrate", verbosity=0)
    today = SYSTEM_CLOCK.now().date()
    company.build(company.Size(stock=plan.stock, customers=plan.clients, receipts=0, laid_on=today))
    acting: Any = {"by": SYSTEM, "clock": SYSTEM_CLOCK}
    user_id = users.add_user("crash", password=PASSWORD, **acting)
    users.grant_role(user_id=user_id, role="representative", **acting)
    token = users.make_token(user_id, name="crash run", scopes=["sales"], **acting)
    if plan.without == Defect.UNIQUE_KEY:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE platform_idempotency DROP CONSTRAINT {KEY_CONSTRAINT}")
    return token.text, today

"""The demo company: what `troth demo` builds."""

from collections.abc import Iterator

from django.conf import settings

from troth.kernel.errors import BusinessError
from troth.platform import users
from troth.platform.actors import SYSTEM
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.models import User
from troth.platform.permissions import ROLES

PASSWORD = "troth-demo"  # noqa: S105  # printed by the command: a demo is not a place for secrets
USERS = {
    "admin": "administrator",
    "rita": "representative",
    "carla": "credit_manager",
    "walter": "warehouse_clerk",
    "bill": "billing_clerk",
    "cora": "receivables_clerk",
    "mona": "master_data",
}


class DemoInProduction(BusinessError):
    """The demo's users have a known password."""

    code = "demo_in_production"


def run(*, history: bool) -> Iterator[str]:
    """Build what is missing of the demo company; yield the lines a person should read."""
    if settings.PRODUCTION:
        raise DemoInProduction(
            "The demo's users have a known password; build it where TROTH_ENV is development, with its own database."
        )
    for name, role in USERS.items():
        if not User.objects.filter(username=name).exists():
            user_id = users.add_user(name, password=PASSWORD, by=SYSTEM, clock=SYSTEM_CLOCK)
            users.grant_role(user_id, role=role, by=SYSTEM, clock=SYSTEM_CLOCK)
    yield f"Sign in with the password {PASSWORD} as:"
    for name, role in USERS.items():
        yield f"  {name:<8} {ROLES[role]}"

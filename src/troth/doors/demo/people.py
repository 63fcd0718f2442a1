"""The people of the demo company: one for each role, in all its sites, with a password that everybody knows."""

from troth.platform import users
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock
from troth.platform.models import User

PASSWORD = "troth-demo"  # noqa: S105  # printed by the command: a demo is not a place for secrets
USERS = {
    "admin": "administrator",
    "rita": "representative",
    "sam": "salesperson",
    "nora": "new_product_coordinator",
    "paul": "production_scheduler",
    "quinn": "quality_coordinator",
    "tara": "transport_coordinator",
    "walter": "warehouse_clerk",
    "susan": "warehouse_supervisor",
    "olga": "operations_team",
    "carla": "credit_manager",
    "bill": "billing_clerk",
    "cora": "receivables_clerk",
    "mona": "master_data",
    "audrey": "auditor",
}
"""Name -> role."""


def add_people(*, clock: Clock) -> None:
    """Add whoever is missing."""
    there = set(User.objects.filter(username__in=USERS).values_list("username", flat=True))
    for name, role in USERS.items():
        if name not in there:
            user_id = users.add_user(name, password=PASSWORD, by=SYSTEM, clock=clock)
            users.grant_role(user_id, role=role, by=SYSTEM, clock=clock)


def cast() -> dict[str, Actor]:
    """The people as actors, by role: `cast()["credit_manager"]` is Carla."""
    found = {user.username: user for user in User.objects.filter(username__in=USERS).prefetch_related("grants")}
    return {role: users.actor_of(found[name]) for name, role in USERS.items()}

"""The demo company: what `troth demo` builds."""

from collections.abc import Iterator

from django.conf import settings

from troth.kernel.errors import BusinessError
from troth.platform.models import User

PASSWORD = "troth"  # noqa: S105  # printed by the command: a demo is not a place for secrets
USERS = {"admin": "may do everything"}


class DemoInProduction(BusinessError):
    """The demo's users have a known password."""

    code = "demo_in_production"


def run(*, history: bool) -> Iterator[str]:
    """Build what is missing of the demo company; yield the lines a person should read."""
    if settings.PRODUCTION:
        raise DemoInProduction(
            "The demo's users have a known password; build it where TROTH_ENV is development, with its own database."
        )
    for name in USERS:
        if not User.objects.filter(username=name).exists():
            User.objects.create_superuser(name, password=PASSWORD)
    yield "Sign in as:"
    for name, purpose in USERS.items():
        yield f"  {name:<10} password {PASSWORD:<8} {purpose}"

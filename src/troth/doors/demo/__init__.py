"""The demo company: what `troth demo` builds. See `docs/demo-company.md`.

| module | what it does |
| --- | --- |
| `dates` | how the source's dates become days around today |
| `organisation`, `products`, `customers`, `prices`, `goods` | the facts as master data, stock and receipts |
| `company` | builds all of it in an empty database |
| `people` | the users, one for each role |
"""

from collections.abc import Iterator

from django.conf import settings

from troth.doors.demo import company
from troth.doors.demo.people import PASSWORD, USERS, add_people
from troth.kernel.errors import BusinessError
from troth.platform.clock import SYSTEM_CLOCK
from troth.platform.permissions import ROLES

__all__ = ["PASSWORD", "USERS", "DemoInProduction", "run"]


class DemoInProduction(BusinessError):
    """The demo's users have a known password."""

    code = "demo_in_production"


def run(*, history: bool) -> Iterator[str]:
    """Build what is missing of the demo company; yield the lines a person should read."""
    if settings.PRODUCTION:
        raise DemoInProduction(
            "The demo's users have a known password; build it where TROTH_ENV is development, with its own database."
        )
    if company.exists():
        yield "The demo company stands here already and is kept as it is; for a new one name an empty database by --db."
        add_people(clock=SYSTEM_CLOCK)
    else:
        built = company.build(SYSTEM_CLOCK)
        yield (
            f"Adventure Works Cycles: {built.products} products in {built.places} bins, {built.customers} customers, "
            f"{built.receipts} expected receipts."
        )
    yield f"Sign in with the password {PASSWORD} as:"
    for name, role in USERS.items():
        yield f"  {name:<8} {ROLES[role]}"

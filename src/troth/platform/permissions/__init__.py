"""Who may do what: permissions by role (`table`), and what each page and API operation asks for (`routes`).

A permission is `app.verb` for an action, by the action's own name, and `app.view_x` for reading. What no role is given
nobody may do, and a page that is not declared opens for nobody: both fail a test long before.

A token's scopes narrow what its owner may: `sales` for all of an app, `sales.submit_order` for one permission, `read`
for everything that only reads.
"""

from collections.abc import Iterable

from troth.kernel.errors import BusinessError, Sentence
from troth.platform.actors import Actor
from troth.platform.permissions.conflicts import CONFLICTS, Conflict
from troth.platform.permissions.routes import PUBLIC, ROUTES, SIGNED_IN
from troth.platform.permissions.table import PERMISSIONS, ROLES

__all__ = [
    "CONFLICTS",
    "PERMISSIONS",
    "PUBLIC",
    "READ",
    "ROLES",
    "ROUTES",
    "SIGNED_IN",
    "Conflict",
    "NotAllowed",
    "UndeclaredRoute",
    "allows",
    "conflicts",
    "declared",
    "permissions_of",
    "require",
]

READ = "read"


class NotAllowed(BusinessError):
    """No role of the actor allows this."""

    code = "not_allowed"


class UndeclaredRoute(LookupError):
    """A page or API operation without a line in `routes.py`: a defect of the program."""


def allows(actor: Actor, permission: str, *, company_id: int | None = None, site_id: int | None = None) -> bool:
    """Whether a role that the actor holds for this company and site allows `permission`."""
    roles = PERMISSIONS.get(permission, frozenset())
    if actor.scopes is not None and not _in_scope(actor.scopes, permission):
        return False
    return any(
        grant.role in roles
        and (company_id is None or grant.company_id in (None, company_id))
        and (site_id is None or grant.site_id in (None, site_id))
        for grant in actor.grants
    )


def _in_scope(scopes: frozenset[str], permission: str) -> bool:
    app, _, verb = permission.partition(".")
    return permission in scopes or app in scopes or (READ in scopes and verb.startswith("view_"))


def require(actor: Actor, permission: str, *, company_id: int | None = None, site_id: int | None = None) -> None:
    """Refuse with `NotAllowed` unless the actor may; `permission` is `app.verb`."""
    if not actor.may(permission, company_id=company_id, site_id=site_id):
        allowed = sorted(str(ROLES[role]) for role in PERMISSIONS.get(permission, ()))
        raise NotAllowed(
            Sentence(
                "%(actor)s may not %(verb)s here; %(who)s.",
                actor=actor.name,
                verb=permission.partition(".")[2].replace("_", " "),
                who=Sentence("that is for: %(roles)s", roles=", ".join(allowed))
                if allowed
                else Sentence("no role is given that right"),
            ),
            permission=permission,
        )


def declared(route: str) -> str:
    """The permission, `PUBLIC` or `SIGNED_IN`, that a route asks for. Raises `UndeclaredRoute`.

    `route` is the URL's name with its namespaces (`sales:order`) or `api:` and an API operation's id. A line `admin:*`
    stands for a whole namespace.
    """
    if route in ROUTES:
        return ROUTES[route]
    whole = f"{route.partition(':')[0]}:*"
    if ":" in route and whole in ROUTES:
        return ROUTES[whole]
    raise UndeclaredRoute(
        f"{route or 'a route without a name'} is not declared in troth/platform/permissions/routes.py"
    )


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """All permissions that any of these roles allows."""
    held = set(roles)
    return frozenset(permission for permission, allowed in PERMISSIONS.items() if allowed & held)


def conflicts(roles: Iterable[str]) -> tuple[Conflict, ...]:
    """The pairs of duties that one person with all these roles would join, and should not."""
    held = set(roles)
    return tuple(conflict for conflict in CONFLICTS if conflict.joined_by(held, PERMISSIONS))

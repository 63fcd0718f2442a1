"""Who may do what: one table of permissions by role."""

from troth.kernel.errors import BusinessError
from troth.platform.actors import Actor


class NotAllowed(BusinessError):
    """No role of the actor allows this."""

    code = "not_allowed"


PERMISSIONS: dict[str, frozenset[str]] = {}


def allows(actor: Actor, permission: str, *, company_id: int | None = None, site_id: int | None = None) -> bool:
    """Whether a role that the actor holds for this company and site allows `permission`."""
    roles = PERMISSIONS.get(permission, frozenset())
    if actor.scopes is not None and permission not in actor.scopes and permission.split(".")[0] not in actor.scopes:
        return False
    return any(
        grant.role in roles
        and (company_id is None or grant.company_id in (None, company_id))
        and (site_id is None or grant.site_id in (None, site_id))
        for grant in actor.grants
    )


def require(actor: Actor, permission: str, *, company_id: int | None = None, site_id: int | None = None) -> None:
    if not actor.may(permission, company_id=company_id, site_id=site_id):
        raise NotAllowed(f"{actor.name} has no role that allows {permission}.", permission=permission)

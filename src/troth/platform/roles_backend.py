"""What people may do on the admin site, answered from their roles.

The tables of customizing (order types, routes, calendars …) are read by those who may view them and changed by those
who maintain them; the platform's own records are read by administrators and changed there by nobody.
"""

from typing import Any

from django.http import HttpRequest

from troth.platform.models import User
from troth.platform.users import actor_of

CUSTOMIZING = frozenset({"reference", "masterdata", "journal"})
VIEW, MAINTAIN, ADMINISTER = "masterdata.view_customizing", "masterdata.maintain_customizing", "platform.administer"


class RolesBackend:
    """Answers Django's `user.has_perm` from the roles; it signs nobody in."""

    def authenticate(self, request: HttpRequest | None, **_credentials: Any) -> None:
        return None

    def has_perm(self, user: Any, permission: str, _of: Any = None) -> bool:
        app, _, verb = permission.partition(".")
        if not isinstance(user, User) or not user.is_active:
            return False
        if app not in CUSTOMIZING:
            return verb.startswith("view_") and actor_of(user).may(ADMINISTER)
        return actor_of(user).may(VIEW if verb.startswith("view_") else MAINTAIN)

    def has_module_perms(self, user: Any, app: str) -> bool:
        return self.has_perm(user, f"{app}.view_any")

"""Who acts.

Every action receives the actor as an argument; nothing reads a global "current user". An actor carries what the rights
need: the roles with the companies and sites they hold for, and the scopes of the API token if one was used, so that a
token never does more than its owner may.
"""

from dataclasses import dataclass, field

Reach = frozenset[tuple[int | None, int | None]]
"""Pairs of a company and a site; None in a pair stands for all."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one company (None: all) and one site of it (None: all)."""

    role: str
    company_id: int | None = None
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the system itself (`user_id` None)."""

    user_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    acting_for_id: int | None = None
    scopes: frozenset[str] | None = None
    language: str = "en"
    is_system: bool = field(default=False)

    @property
    def is_signed_in(self) -> bool:
        return self.is_system or self.user_id is not None

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    def may(self, permission: str, *, company_id: int | None = None, site_id: int | None = None) -> bool:
        """Whether a role of the actor, held for this company and site, allows `permission` (`app.verb`)."""
        from troth.platform import permissions

        return self.is_system or permissions.allows(self, permission, company_id=company_id, site_id=site_id)

    def sees(self, company_id: int, site_id: int | None = None) -> bool:
        """Whether any role of the actor reaches this company and site."""
        return self.is_system or any(
            grant.company_id in (None, company_id) and (site_id is None or grant.site_id in (None, site_id))
            for grant in self.grants
        )

    @property
    def reach(self) -> Reach | None:
        """The pairs that `sees` goes by; None where there is no bound."""
        pairs = frozenset((grant.company_id, grant.site_id) for grant in self.grants)
        return None if self.is_system or (None, None) in pairs else pairs

    @property
    def company_ids(self) -> frozenset[int] | None:
        """The companies whose documents the actor may list; None for all."""
        if self.is_system or any(grant.company_id is None for grant in self.grants):
            return None
        return frozenset(grant.company_id for grant in self.grants if grant.company_id is not None)

    @property
    def site_ids(self) -> frozenset[int] | None:
        """The sites whose documents the actor may list; None for all."""
        if self.is_system or any(grant.site_id is None for grant in self.grants):
            return None
        return frozenset(grant.site_id for grant in self.grants if grant.site_id is not None)


SYSTEM = Actor(user_id=None, name="Troth", is_system=True)
"""The program itself: jobs, subscribers, the demo company."""

NOBODY = Actor(user_id=None, name="Nobody")
"""Whoever has not signed in: no grants, so no rights."""

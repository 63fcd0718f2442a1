"""People over the API: who there is, what each may do and where, and the tokens that act for them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from troth.kernel.errors import InvalidInput, NotFound, Sentence
from troth.platform import users
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act, create
from troth.platform.api.paging import Page, Paging, page
from troth.platform.api.values import Code, Entry, Id, Instant, Name, Shown
from troth.platform.models import ApiToken, User
from troth.reference import queries as reference

operations = Operations("people")


class RoleShown(Shown):
    """A role for a company and site, by id; null stands for all."""

    role: str
    company: int | None
    site: int | None


class TokenShown(Shown):
    """A token without its secret, which was shown once."""

    id: int
    name: str
    scopes: list[str]
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class UserShown(Shown):
    id: int
    username: str
    full_name: str
    email: str
    is_active: bool
    last_login: datetime | None
    grants: list[RoleShown]


class UserWithTokens(UserShown):
    """A user with all tokens ever made, the newest first."""

    tokens: list[TokenShown]


class UserFilter(Paging):
    """`words` in the names, `role` held anywhere; `active` false lists who was deactivated."""

    words: Name = ""
    role: Code = ""
    active: bool = True


@operations.reads("/users", Page[UserShown])
def list_users(request: ApiRequest, found: Query[UserFilter]) -> dict[str, Any]:
    """Users by name."""
    rows = users.found(words=found.words, role=found.role, is_active=found.active)
    return page(request, rows, found, _shown, order=("username",))


def _shown(rows: Iterable[User]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "username": one.username,
            "full_name": one.get_full_name(),
            "email": one.email,
            "is_active": one.is_active,
            "last_login": one.last_login,
            "grants": [
                {"role": grant.role, "company": grant.company_id, "site": grant.site_id}
                for grant in sorted(one.grants.all(), key=lambda grant: grant.pk)
            ],
        }
        for one in rows
    ]


@operations.reads("/users/{int:user_id}", UserWithTokens)
def get_user(request: ApiRequest, user_id: Id) -> dict[str, Any]:
    """A user with roles and tokens; the secret of a token is never shown again."""
    row = User.objects.prefetch_related("grants").filter(pk=user_id).first()
    if row is None:
        raise NotFound(Sentence("There is no user %(id)s."), kind="user", id=user_id)
    [shown] = _shown([row])
    return {**shown, "tokens": list(row.api_tokens.order_by("-pk"))}


class NewUser(Entry):
    username: Annotated[str, Field(min_length=1, max_length=150)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(max_length=254)] = ""
    full_name: Annotated[str, Field(max_length=150)] = ""


@operations.creates("/users", UserWithTokens)
def create_user(request: ApiRequest, user: NewUser) -> dict[str, Any]:
    """Add a person who can sign in, without any role yet."""
    user_id = create(
        request,
        users.add_user,
        user.username,
        password=user.password,
        email=user.email,
        full_name=user.full_name,
    )
    return get_user(request, user_id)


@operations.acts("/users/{int:user_id}/deactivate", UserWithTokens)
def deactivate_user(request: ApiRequest, user_id: Id) -> dict[str, Any]:
    """Keep a person from signing in and end all tokens; what they did stays under their name."""
    act(request, users.deactivate_user, user_id)
    return get_user(request, user_id)


class NewPassword(Entry):
    password: Annotated[str, Field(min_length=1, max_length=200)]


@operations.acts("/users/{int:user_id}/password", UserWithTokens)
def set_password(request: ApiRequest, user_id: Id, wanted: NewPassword) -> dict[str, Any]:
    """Give a new password; the sessions of the person end."""
    act(request, users.set_password, user_id, password=wanted.password)
    return get_user(request, user_id)


class GrantEntry(Entry):
    """A role for a company and site, by id, or for all."""

    role: Code
    company: Id | None = None
    site: Id | None = None


class NewGrant(GrantEntry):
    """`exception` says why one person must join duties that belong apart."""

    exception: Name = ""


@operations.creates("/users/{int:user_id}/grants", UserWithTokens)
def grant_role(request: ApiRequest, user_id: Id, grant: NewGrant) -> dict[str, Any]:
    """Give a role; one that is held there already stays as it is."""
    _refuse_no_place(grant)
    create(
        request,
        users.grant_role,
        user_id,
        role=grant.role,
        company_id=grant.company,
        site_id=grant.site,
        exception=grant.exception,
    )
    return get_user(request, user_id)


def _refuse_no_place(grant: GrantEntry) -> None:
    """The company and the site are there, the site in the company."""
    if grant.company is not None:
        reference.company(grant.company)
    if grant.site is not None and grant.company not in (None, reference.site(grant.site).company_id):
        raise InvalidInput("This site is not one of the company. Name both as they belong together.", field="site")


@operations.acts("/users/{int:user_id}/grants/revoke", UserWithTokens)
def revoke_role(request: ApiRequest, user_id: Id, grant: GrantEntry) -> dict[str, Any]:
    """Take a role away where it was given; the sessions of the person end."""
    act(request, users.revoke_role, user_id, role=grant.role, company_id=grant.company, site_id=grant.site)
    return get_user(request, user_id)


class NewTokenEntry(Entry):
    """`scopes`: an app, a permission, or read. `expires_at` is an instant with its zone; null: it does not expire."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Code], Field(min_length=1, max_length=200)]
    expires_at: Instant | None = None


class TokenMade(Shown):
    """`token` is the secret; it is shown this once and kept nowhere."""

    id: int
    token: str


@operations.acts("/users/{int:user_id}/tokens", TokenMade, takes_key=False)
def make_token(request: ApiRequest, user_id: Id, wanted: NewTokenEntry) -> TokenMade:
    """Make a token that acts for the user. Its answer is not kept under a client key: a repeat makes another token."""
    made = users.make_token(
        user_id,
        name=wanted.name,
        scopes=wanted.scopes,
        expires_at=wanted.expires_at,
        by=request.auth,
        clock=request.clock,
    )
    return TokenMade(id=made.id, token=made.text)


@operations.acts("/users/{int:user_id}/tokens/{int:token_id}/revoke", UserWithTokens)
def revoke_token(request: ApiRequest, user_id: Id, token_id: Id) -> dict[str, Any]:
    """End a token; one that is ended already stays so."""
    if not ApiToken.objects.filter(pk=token_id, user_id=user_id).exists():
        raise NotFound(
            Sentence("User %(user)s has no token %(token)s.", user=user_id, token=token_id), kind="token", id=token_id
        )
    act(request, users.revoke_token, token_id)
    return get_user(request, user_id)

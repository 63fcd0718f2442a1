"""People, their roles and their tokens.

A role is granted for a company and site or for all. Whoever would join two duties that belong apart is refused the
role, unless the administrator names the reason for an exception; it is then part of the event. Every change of rights
raises the user's session epoch, so that sessions that began under the old rights end.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q, QuerySet

from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.platform import events, locks, permissions
from troth.platform.actions import action, require, secret_answer
from troth.platform.actors import Actor, Grant
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.models import ApiToken, RoleGrant, User

INSTALLATION = 0
"""The company id of events that concern no single company."""

TOKEN_PREFIX = "troth_"  # noqa: S105 - tells a token of ours from others


class DutiesConflict(BusinessError):
    """The roles together would let one person do what two should."""

    code = "duties_conflict"


class OwnRights(BusinessError):
    """Nobody changes their own rights."""

    code = "own_rights"


class NameTaken(BusinessError):
    """There is a user of this name."""

    code = "name_taken"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once: only its hash is kept."""

    id: int
    text: str


def actor_of(user: User, token: ApiToken | None = None) -> Actor:
    """The user as an actor, with all grants; a token narrows what the actor may to its scopes."""
    held = user.grants.values_list("role", "company_id", "site_id") if user.is_active else ()
    return Actor(
        user_id=user.pk,
        name=user.get_full_name() or user.username,
        grants=tuple(Grant(*row) for row in held),
        scopes=None if token is None else frozenset(token.scopes),
        language=user.language,
    )


def ref_of(user: User) -> DocumentRef:
    return DocumentRef("user", user.pk, user.username)


def found(*, words: str = "", role: str = "", is_active: bool = True) -> QuerySet[User]:
    """Users with all of the words in their names, who hold the role anywhere."""
    rows = User.objects.prefetch_related("grants").filter(is_active=is_active)
    for word in words.split():
        rows = rows.filter(Q(username__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word))
    return rows.filter(pk__in=RoleGrant.objects.filter(role=role).values("user_id")) if role else rows


@action
def add_user(username: str, *, password: str, email: str = "", full_name: str = "", by: Actor, clock: Clock) -> int:
    """Add a person who can sign in, without any role yet; return the user's id."""
    if not username or len(username) > 150 or not username.isprintable() or username != username.strip():
        raise InvalidInput(
            "A user name has 1 to 150 printable characters, none of them a space at an end.", field="username"
        )
    require(by, company_id=INSTALLATION, site_id=INSTALLATION)
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken(Sentence("There is already a user %(username)s. Choose another name."), username=username)
    if email:
        _refuse_wrong_address(email)
    first, _, last = full_name.strip().rpartition(" ")
    user = User(username=username, email=email, first_name=first, last_name=last)
    user.password = _checked_password(password, user)
    user.save()
    _record("platform.user_added", user, by=by, clock=clock, facts={"email": bool(email)})
    return user.pk


@action
def set_password(user_id: int, *, password: str, by: Actor, clock: Clock) -> None:
    """Give a user a new password and end the user's sessions."""
    user = _held(user_id, by)
    user.password = _checked_password(password, user)
    user.save(update_fields=["password"])
    _end_sessions(user)
    _record("platform.password_set", user, by=by, clock=clock)


@action
def deactivate_user(user_id: int, *, by: Actor, clock: Clock) -> None:
    """Keep a user from signing in and from using tokens; the history keeps the name."""
    user = _held(user_id, by)
    _refuse_self(user, by)
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.api_tokens.filter(revoked_at=None).update(revoked_at=clock.now())
    _end_sessions(user)
    _record("platform.user_deactivated", user, by=by, clock=clock, changes={"is_active": (user.is_active, False)})


@action
def grant_role(
    user_id: int,
    *,
    role: str,
    company_id: int | None = None,
    site_id: int | None = None,
    exception: str = "",
    by: Actor,
    clock: Clock,
) -> None:
    """Give a user a role for a company and site, or for all (None).

    Refuses a role that joins duties which belong apart (`DutiesConflict`), unless `exception` says why it must be.
    """
    if role not in permissions.ROLES:
        known = ", ".join(permissions.ROLES)
        raise InvalidInput(
            Sentence("%(role)s is not a role; there are: %(known)s.", role=role, known=known), field="role"
        )
    user = _held(user_id, by)
    _refuse_self(user, by)
    held = set(user.grants.values_list("role", flat=True))
    fresh = set(permissions.conflicts(held | {role})) - set(permissions.conflicts(held))
    severe = sorted(conflict.why for conflict in fresh if conflict.severe)
    if severe and not exception.strip():
        raise DutiesConflict(
            Sentence(
                "With the role %(role)s, %(user)s %(why)s. "
                "Give the role to another person, or state why an exception is needed.",
                role=str(permissions.ROLES[role]),
                user=user.username,
                why=Sentence(severe[0]),
            ),
            field="role",
            role=role,
            conflicts=severe,
        )
    RoleGrant.objects.get_or_create(user=user, role=role, company_id=company_id, site_id=site_id)
    _end_sessions(user)
    facts = {"role": role, "company": company_id, "site": site_id, "exception": exception, "conflicts": severe}
    _record("platform.role_granted", user, by=by, clock=clock, facts=facts)


@action
def revoke_role(
    user_id: int, *, role: str, company_id: int | None = None, site_id: int | None = None, by: Actor, clock: Clock
) -> None:
    """Take a role for this company and site away again; a role that is not held is refused."""
    user = _held(user_id, by)
    _refuse_self(user, by)
    gone, _ = user.grants.filter(role=role, company_id=company_id, site_id=site_id).delete()
    if not gone:
        said = Sentence("%(user)s does not hold the role %(role)s there.", user=user.username, role=role)
        raise InvalidInput(said, field="role")
    _end_sessions(user)
    _record(
        "platform.role_revoked", user, by=by, clock=clock, facts={"role": role, "company": company_id, "site": site_id}
    )


@secret_answer
@action
def make_token(
    user_id: int, *, name: str, scopes: Iterable[str], expires_at: datetime | None = None, by: Actor, clock: Clock
) -> NewToken:
    """Make an API token that acts for the user within the scopes; its text is in the answer and nowhere else."""
    user = _held(user_id, by)
    wanted = sorted(set(scopes))
    known = {permissions.READ, *permissions.PERMISSIONS, *(name.partition(".")[0] for name in permissions.PERMISSIONS)}
    unknown = [scope for scope in wanted if scope not in known]
    if unknown or not wanted:
        what = Sentence("A token needs at least one scope")
        if unknown:
            what = Sentence("%(scope)s is not a scope", scope=unknown[0])
        said = Sentence("%(what)s; a scope is an app, a permission, or %(read)s.", what=what, read=permissions.READ)
        raise InvalidInput(said, field="scopes")
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidInput("The token would have expired already.", field="expires_at")
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, token_hash=token_hash(text), scopes=wanted, made_at=clock.now(), expires_at=expires_at
    )
    _record("platform.token_made", user, by=by, clock=clock, facts={"token": token.pk, "name": name, "scopes": wanted})
    return NewToken(token.pk, text)


@action
def revoke_token(token_id: int, *, by: Actor, clock: Clock) -> None:
    """End a token; one that is ended already stays so."""
    require(by, company_id=INSTALLATION, site_id=INSTALLATION)
    [token] = locks.begin().hold(ApiToken, token_id, by=by)
    if token.revoked_at is None:
        ApiToken.objects.filter(pk=token_id).update(revoked_at=clock.now())
        _record("platform.token_revoked", token.user, by=by, clock=clock, facts={"token": token_id, "name": token.name})


def token_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _held(user_id: int, by: Actor) -> User:
    """The user under the lock. Users belong to no company: who may change one may do so in all companies and sites."""
    require(by, company_id=INSTALLATION, site_id=INSTALLATION)
    user, _ = locks.hold(User, user_id, by=by)
    return user


def _refuse_self(user: User, by: Actor) -> None:
    if by.user_id == user.pk:
        raise OwnRights("You cannot change your own rights; another administrator must do it.", user=user.username)


def _checked_password(password: str, user: User) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="password") from None
    return make_password(password)


def _refuse_wrong_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput(
            Sentence("%(email)s is no e-mail address. Correct it.", email=email[:80]), field="email"
        ) from None


def _end_sessions(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)


def _record(
    kind: str,
    user: User,
    *,
    by: Actor,
    clock: Clock,
    facts: Mapping[str, Any] | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> None:
    events.record(kind, ref_of(user), company_id=INSTALLATION, by=by, at=clock.now(), facts=facts, changes=changes)

"""API tokens: who stands behind a text."""

from datetime import datetime, timedelta

from django.db.models import Q

from troth.platform.actors import Actor
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.models import ApiToken
from troth.platform.users import TOKEN_PREFIX, actor_of, token_hash

SEEN_EVERY = timedelta(minutes=5)


def authenticate(text: str, *, clock: Clock = SYSTEM_CLOCK) -> Actor | None:
    """The actor of a token, narrowed to its scopes; None for one that is unknown, expired, revoked, or ownerless."""
    if not text.startswith(TOKEN_PREFIX):
        return None
    now = clock.now()
    usable = Q(revoked_at=None, user__is_active=True) & (Q(expires_at=None) | Q(expires_at__gt=now))
    token = ApiToken.objects.select_related("user").filter(usable, token_hash=token_hash(text)).first()
    if token is None:
        return None
    _note_use(token, now)
    return actor_of(token.user, token)


def _note_use(token: ApiToken, now: datetime) -> None:
    """Remember the use, at most every few minutes: a write for each request would cost more than it tells."""
    if token.last_used_at is None or now - token.last_used_at > SEEN_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)

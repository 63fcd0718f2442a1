"""What follows from an exposure that fell: an event, so that what waits on it is judged again on its own.

It is looked at as each action ends, whatever it was: a payment, a cancellation, a change, an invoice taken back. The
exposure is held until the event is written, so a check that rivals with a payment either finds the exposure lower, or
its block stands already and is found here.
"""

from collections.abc import Sequence
from datetime import datetime

from troth.business.credit import waiting
from troth.kernel.errors import Sentence
from troth.ledgers.exposure.fallen import lowered
from troth.ledgers.exposure.keys import ExposureKey
from troth.ledgers.exposure.queries import with_their_groups
from troth.platform import events
from troth.platform.actions import Run
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import SYSTEM_CLOCK, Clock
from troth.platform.documents import DocumentRef

FELL = "credit.exposure_fell"
ACCOUNT = "credit_account"

BY_LIMIT = Sentence("Released by the limit that was set.")
BY_HAND = Sentence("Released because credit was judged again and passes.")


def note_falls(run: Run) -> None:
    """At the end of an action: tell of each exposure that it lowered and on which something waits."""
    found = lowered(run)
    if not found:
        return
    told = set[tuple[int, int]]()
    for key, fall in found.items():
        members = [key, *with_their_groups([key])] if fall.root else [key]
        place = (key.company_id, fall.root or -key.party_id)
        waits = waiting.accounts_with(members) if place not in told else {}
        # The documents of a group are judged together, whoever of them it is that one asks for.
        for one, (account_id, number) in list(waits.items())[:1]:
            told.add(place)
            last = run.events[-1] if run.events else None
            by, at = (last.by, last.at) if last else (SYSTEM, SYSTEM_CLOCK.now())
            assert fall.by is not None
            _record(one, account_id, number, cause_of(run.action, fall.by), by, at)


def note_limits(keys: Sequence[ExposureKey], *, by: Actor, clock: Clock) -> None:
    """Limits or what stands beside them were set: what waits may pass now."""
    for key, (account_id, number) in waiting.accounts_with(with_their_groups(keys)).items():
        _record(key, account_id, number, BY_LIMIT, by, clock.now())


def _record(key: ExposureKey, account_id: int, number: str, cause: Sentence, by: Actor, at: datetime) -> None:
    ref = DocumentRef(ACCOUNT, account_id, number)
    facts = {"release": str(cause), "payer": key.party_id}
    events.record(FELL, ref, company_id=key.company_id, by=by, at=at, facts=facts)


def cause_of(action: str, ref: DocumentRef) -> Sentence:
    """Why what waits is released, as its history will tell it."""
    verb = action.partition(".")[2]
    if ref.kind == "payment":
        return Sentence("Released by payment %(number)s.", number=ref.number)
    if ref.kind == "order" and verb in ("cancel_order", "reject_for_credit"):
        return Sentence("Released because order %(number)s was cancelled.", number=ref.number)
    if ref.kind == "order":
        return Sentence("Released because order %(number)s claims less.", number=ref.number)
    if ref.kind == "invoice":
        return Sentence("Released because less is open of invoice %(number)s.", number=ref.number)
    if ref.kind == "delivery":
        return Sentence("Released because delivery %(number)s claims less.", number=ref.number)
    return Sentence("Released because the exposure fell.")

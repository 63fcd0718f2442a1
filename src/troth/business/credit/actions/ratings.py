"""What outside sources say of payers: taken in from a file, or fetched from a source that is plugged in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from troth.business.credit import sources
from troth.business.credit.actions import rows_of
from troth.business.credit.actions.rows_of import PayerRow
from troth.business.credit.models import Rating
from troth.business.credit.rules import LimitInvalid
from troth.business.masterdata.actions import Brought
from troth.business.masterdata.rules import As, Field, complete, read
from troth.kernel.errors import BusinessError, InvalidInput, Refusals, Sentence
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import events, locks, permissions
from troth.platform.actions import action, supposed
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef

FIELDS: Mapping[str, Field] = {
    "company": Field(As.TEXT, 10, required=True, is_key=True),
    "payer": Field(As.TEXT, 40, required=True, is_key=True),
    "source": Field(As.TEXT, 40, required=True, is_key=True),
    "rated_on": Field(As.DAY, required=True, is_key=True),
    "score": Field(As.TEXT, 20),
    "advised_limit": Field(As.AMOUNT, 24, standard=None),
    "currency": Field(As.TEXT, 3),
    "good_until": Field(As.DAY, standard=None),
}
KEPT = ("score", "advised_limit", "good_until")
Key = tuple[int, int, str, Any]


@action
def import_ratings(
    rows: Sequence[Mapping[str, str]], *, preview: bool = False, by: Actor, clock: Clock
) -> Brought:  # fmt: skip
    """Keep what a source says of payers; counts rows. The same rows again change nothing.

    `Refusals` by row and column. A `preview` refuses all the same and writes nothing.
    """
    brought = partial(_bring, rows, by=by, clock=clock)
    return supposed(brought) if preview else brought()


def fetch_ratings(name: str, *, by: Actor, clock: Clock, key: str | None = None) -> Brought:
    """Ask a source that is plugged in, outside any transaction, and take in what it says."""
    permissions.require(by, "credit.import_ratings")
    taken: Callable[..., Brought] = import_ratings
    return taken(tuple(sources.named(name).ratings()), by=by, clock=clock, key=key)


def _bring(rows: Sequence[Mapping[str, str]], *, by: Actor, clock: Clock) -> Brought:
    lines, refusals = list[PayerRow](), list[BusinessError]()
    for number, given in enumerate(rows, start=1):
        values, refused = read(FIELDS, given, row=number)
        values, lacking = complete(FIELDS, values, given=given, row=number)
        told = [*refused, *lacking]
        refusals += told
        if not told:
            lines.append(PayerRow(number, given, values))
    refusals += rows_of.understand(lines, ("advised_limit",), by=by)
    refused_rows = {one.row for one in refusals}
    lines = [one for one in lines if one.row not in refused_rows]
    refusals += rows_of.twins(lines, _key)
    refusals += [refusal for one in lines for refusal in _refused(one, clock)]
    if refusals:
        raise Refusals(sorted(refusals, key=lambda one: one.row or 0))
    return _write(lines, by=by, clock=clock)


def _key(one: PayerRow) -> Key:
    return (one.key.company_id, one.key.party_id, one.values["source"], one.values["rated_on"])


def _refused(one: PayerRow, clock: Clock) -> list[BusinessError]:
    found = list[BusinessError]()
    values = one.values
    if values["rated_on"] > clock.now().date():
        said = Sentence("A rating is of a day that has come. Enter the day on which it was given.")
        found.append(InvalidInput(said, row=one.row, field="rated_on"))
    if values["good_until"] is not None and values["good_until"] < values["rated_on"]:
        said = Sentence("A rating is good from the day on which it was given. Enter a later day, or none.")
        found.append(InvalidInput(said, row=one.row, field="good_until"))
    if values["advised_limit"] is not None and values["advised_limit"] < 0:
        said = Sentence("A limit is not negative. Enter 0 where the source advises none.")
        found.append(LimitInvalid(said, row=one.row, field="advised_limit"))
    if not values["score"] and values["advised_limit"] is None:
        said = Sentence("A rating says a score or a limit. Enter one of them.")
        found.append(InvalidInput(said, row=one.row, field="score"))
    return found


def _write(lines: Sequence[PayerRow], *, by: Actor, clock: Clock) -> Brought:
    """Under the locks of the payers: two feeds of the same day come in one after the other."""
    locks.begin().take(*{one.key for one in lines})
    there = _there(lines)
    now = clock.now()
    new, changed = list[Rating](), list[Rating]()
    for one in lines:
        given = {name: one.values[name] for name in KEPT}
        row = there.get(_key(one))
        if row is None:
            company_id, party_id, source, rated_on = _key(one)
            new.append(
                Rating(
                    company_id=company_id, party_id=party_id, source=source, rated_on=rated_on, received_at=now, **given
                )
            )
        elif any(getattr(row, name) != value for name, value in given.items()):
            for name, value in given.items():
                setattr(row, name, value)
            row.received_at, row.version = now, row.version + 1
            changed.append(row)
    Rating.objects.bulk_create(new)
    Rating.objects.bulk_update(changed, [*KEPT, "received_at", "version"])
    _tell([*new, *changed], by, now)
    return Brought(len(new), len(changed), len(lines) - len(new) - len(changed))


def _there(lines: Sequence[PayerRow]) -> dict[Key, Rating]:
    rows = Rating.objects.filter(
        company_id__in={one.key.company_id for one in lines},
        party_id__in={one.key.party_id for one in lines},
        rated_on__in={one.values["rated_on"] for one in lines},
    )
    return {(row.company_id, row.party_id, row.source, row.rated_on): row for row in rows}


def _tell(rows: Sequence[Rating], by: Actor, at: datetime) -> None:
    """The history of each payer's account, where it has one, says what came."""
    accounts = rows_of.accounts([ExposureKey(row.company_id, row.party_id) for row in rows])
    for row in rows:
        account = accounts.get(ExposureKey(row.company_id, row.party_id))
        if account is not None:
            facts = {"source": row.source, "rated_on": row.rated_on.isoformat(), "score": row.score}
            ref = DocumentRef("credit_account", account.pk, account.party.number)
            events.record("credit.rated", ref, company_id=row.company_id, by=by, at=at, facts=facts)

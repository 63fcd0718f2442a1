"""What a credit manager decides. Nobody decides about a document that they entered or last raised."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models

from troth.business.credit import approvals
from troth.business.credit.actions import groups
from troth.business.credit.actions.fallen import note_limits
from troth.business.credit.approvals import Bounds
from troth.business.credit.models import CreditAccount, Waiting
from troth.business.credit.rules import CreditAccountUnknown, LimitInvalid
from troth.kernel.errors import InvalidInput, NotFound, Sentence
from troth.kernel.money import format_money
from troth.kernel.quantity import MAX
from troth.ledgers.exposure.keys import ExposureKey
from troth.platform import actions, blocks, documents, events, locks
from troth.platform.actions import action
from troth.platform.actors import Actor
from troth.platform.blocks import BlockKind, BlockScope
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.platform.models import BlockRow
from troth.reference.models import Company, Party

UNBOUNDED = Bounds()


@dataclass(frozen=True, slots=True)
class Released:
    document_kind: str
    document_id: int
    document_number: str


@action
def release_block(
    block_id: int, *, reason: str, bounds: Bounds = UNBOUNDED, by: Actor, clock: Clock
) -> Released:  # fmt: skip
    """Lift a credit block, as far as the bounds say. What it held back goes on by `platform.block_released`."""
    row = BlockRow.objects.filter(pk=block_id, kind=BlockKind.CREDIT).first()
    if row is None:
        raise NotFound(Sentence("There is no credit block %(block)s."), block=block_id)
    _document, held = _hold(row.document_kind, row.document_id, by=by)
    ref = blocks.release(held, block_id, reason=reason, by=by, clock=clock).ref
    if bounds:
        _bound(row, ref, bounds, by=by, clock=clock)
    Waiting.objects.filter(block_id=block_id).delete()
    return Released(ref.kind, ref.id, ref.number)


def _bound(row: BlockRow, ref: DocumentRef, bounds: Bounds, *, by: Actor, clock: Clock) -> None:
    """Keep how far the release goes, and tell it in the history of the document."""
    company = Company.objects.select_related("currency").get(pk=row.company_id)
    approvals.write(row, bounds, clock.today(company.time_zone))
    facts: dict[str, Any] = {"block": row.pk}
    if bounds.up_to is not None:
        facts["up_to"] = str(format_money(bounds.up_to, company.currency.decimals, company.currency_id))
    if bounds.until is not None:
        facts["until"] = bounds.until.isoformat()
    events.record("credit.approved", ref, company_id=row.company_id, by=by, at=clock.now(), facts=facts)


@action
def release_goods_issue(kind: str, document_id: int, *, reason: str, by: Actor, clock: Clock) -> Released:
    """Let the goods of a document leave although exposure is past the limit.

    The decision is kept as a credit block that the check at goods issue stands for, and its release.
    """
    document, held = _hold(kind, document_id, by=by)
    ref = DocumentRef(kind, document_id, str(getattr(document, "number", document_id)))
    entered_by_id = getattr(document, "entered_by_id", None) or getattr(document, "made_by_id", None)
    blocks.set_block(
        held,
        ref,
        BlockKind.CREDIT,
        BlockScope.GOODS_ISSUE,
        company_id=_company_id(document),
        reason=Sentence("Exposure is past the limit at goods issue."),
        entered_by_id=entered_by_id,
        last_raised_by_id=getattr(document, "last_raised_by_id", None),
        by=by,
        clock=clock,
    )
    [block] = [
        block
        for block in blocks.standing([ref])
        if block.kind is BlockKind.CREDIT and block.scope is BlockScope.GOODS_ISSUE
    ]
    blocks.release(held, block.id, reason=reason, by=by, clock=clock)
    Waiting.objects.filter(block_id=block.id).delete()
    return Released(ref.kind, ref.id, ref.number)


def _hold(kind: str, document_id: int, *, by: Actor) -> tuple[models.Model, Held]:
    """Lock a document of any registered kind."""
    model: type[models.Model] = apps.get_model(documents.kind(kind).model)
    return locks.hold(model, document_id, by=by)


def _company_id(document: models.Model) -> int:
    company_id: Any = getattr(document, "company_id", None)
    assert isinstance(company_id, int), "every document belongs to a company"
    return company_id


@dataclass(frozen=True, slots=True)
class LimitSet:
    account_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payer stands beside its limit: what is guaranteed (minor units of the company's currency), the highest
    level to which it was dunned, the day by which its credit is to be reviewed, and whom it belongs to."""

    risk_class: str = ""
    guaranteed: int = 0
    dunning_level: int = 0
    review_on: date | None = None
    parent: str = ""
    """The number of the payer whose limit it shares."""


@action
def set_limit(
    company_id: int,
    party_id: int,
    *,
    limit: int | None,
    standing: Standing = Standing(),
    version: int | None = None,
    by: Actor,
    clock: Clock,
) -> LimitSet:
    """Set the limit of a payer in minor units of the company's currency; None: the exposure is not checked.

    `version` is that of the account the person looked at; without one, the limit is set whatever it was.
    """
    actions.require(by, company_id=company_id)
    refuse_limit(limit, standing)
    party = Party.objects.filter(pk=party_id).first()
    if party is None or not Company.objects.filter(pk=company_id).exists():
        raise CreditAccountUnknown(
            Sentence("There is no payer %(party)s in company %(company)s. Choose one from the list."),
            field="party",
            company=company_id,
            party=party_id,
        )
    # The limit is what `claim` reads under this lock, so no order is judged by half a decision.
    key, held = ExposureKey(company_id, party_id), locks.begin()
    parent = _parent(company_id, standing.parent)
    moves = moved(company_id, party_id, parent)
    held.take(key, *groups.keys(company_id, moves))
    groups.refuse_outdated(held, company_id, moves)
    row = CreditAccount.objects.filter(company_id=company_id, party_id=party_id).first()
    row = row or CreditAccount(company_id=company_id, party=party, version=0)
    locks.refuse_if_changed(row, version)
    given = asdict(standing)
    given["parent_id"] = None if parent is None else parent.pk
    del given["parent"]
    done = write_limit(row, {"limit": limit, **given}, by, clock)
    groups.regroup(held, company_id, moves)
    note_limits([key], by=by, clock=clock)
    return done


def _parent(company_id: int, number: str) -> CreditAccount | None:
    """The account with this payer's number. Refuses one that is not there."""
    if not number.strip():
        return None
    rows = CreditAccount.objects.filter(company_id=company_id, party__number=number.strip(), is_active=True)
    if (found := rows.first()) is None:
        raise CreditAccountUnknown(NO_PARENT, field="parent", value=number)
    return found


NO_PARENT = Sentence("There is no credit account of payer %(value)s. Set its limit first, or leave this empty.")


def moved(company_id: int, party_id: int, parent: CreditAccount | None) -> dict[int, int | None]:
    """Whom the account is to belong to, if that is another one than now."""
    wanted = None if parent is None else parent.party_id
    return {party_id: wanted} if groups.parents(company_id).get(party_id) != wanted else {}


def refuse_limit(limit: int | None, standing: Standing) -> None:
    """Refuse what cannot be; the field says which."""
    if limit is not None and not 0 <= limit <= MAX:
        raise LimitInvalid(
            "A limit lies between 0 and the largest amount the books can hold. Leave it empty to check no credit.",
            field="limit",
            limit=str(limit),
        )
    longest = CreditAccount._meta.get_field("risk_class").max_length
    if longest is not None and len(standing.risk_class) > longest:
        raise InvalidInput(Sentence("A risk class has at most %(most)s characters.", most=longest), field="risk_class")
    if not 0 <= standing.guaranteed <= MAX:
        raise LimitInvalid(
            Sentence("What is guaranteed lies between 0 and the largest amount the books can hold."),
            field="guaranteed",
            guaranteed=str(standing.guaranteed),
        )
    if not 0 <= standing.dunning_level <= DUNNING_MOST:
        raise InvalidInput(
            Sentence("A dunning level lies between 0 and %(most)s.", most=DUNNING_MOST), field="dunning_level"
        )


DUNNING_MOST = 9


def write_limit(row: CreditAccount, given: dict[str, Any], by: Actor, clock: Clock) -> LimitSet:
    new = {**given, "is_active": True}
    is_new = row.pk is None
    changes = {name: (None if is_new else getattr(row, name), value) for name, value in new.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not changes and not is_new:
        return LimitSet(row.pk, row.version)
    for name, value in new.items():
        setattr(row, name, value)
    row.version = 1 if is_new else row.version + 1
    row.save()
    ref = DocumentRef("credit_account", row.pk, row.party.number)
    events.record("credit.limit_set", ref, company_id=row.company_id, by=by, at=clock.now(), changes=changes)
    return LimitSet(row.pk, row.version)

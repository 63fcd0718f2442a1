"""Credit as people look at it. A first look: nothing here is locked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from troth.business.credit import handoffs, waiting
from troth.business.credit.models import CreditAccount, Excess, Waiting
from troth.business.credit.waiting import Kept
from troth.kernel.errors import NotFound, Sentence
from troth.ledgers.exposure import queries as exposure
from troth.ledgers.exposure.keys import ExposureKey
from troth.ledgers.exposure.queries import Exposure, Standing
from troth.platform.blocks import BlockKind
from troth.platform.documents import DocumentRef
from troth.platform.models import BlockRow, RequestRow
from troth.reference.models import Company, Party


@dataclass(frozen=True, slots=True)
class AccountView:
    """A payer's credit with a company, in minor units of its currency; `available` is negative past the limit."""

    account_id: int | None
    version: int
    company_id: int
    party_id: int
    party_number: str
    party_name: str
    currency: str
    decimals: int
    limit: int | None
    risk_class: str
    guaranteed: int
    dunning_level: int
    review_on: date | None
    exposure: Exposure
    documents: tuple[Standing, ...]
    parent_number: str = ""
    group: "GroupView | None" = None

    @property
    def available(self) -> int | None:
        """What is left of its limit; of one that heads a group, of what the group shares."""
        if self.group is not None and self.group.head_id == self.party_id:
            return self.group.available
        return None if self.limit is None else self.limit + self.guaranteed - self.exposure.total


@dataclass(frozen=True, slots=True)
class Member:
    party_id: int
    number: str
    name: str
    parent_number: str
    exposure: Exposure


@dataclass(frozen=True, slots=True)
class GroupView:
    """Those who share a limit: that of `head_id`, a party. The head is the first of the members."""

    head_id: int
    head_number: str
    head_name: str
    limit: int | None
    guaranteed: int
    exposure: Exposure
    members: tuple[Member, ...]

    @property
    def available(self) -> int | None:
        return None if self.limit is None else self.limit + self.guaranteed - self.exposure.total


def _group(company_id: int, party_id: int) -> GroupView | None:
    root = exposure.root_of(company_id, party_id)
    if not root:
        return None
    ids = {key.party_id for key in exposure.with_their_groups([ExposureKey(company_id, party_id)])}
    rows = CreditAccount.objects.select_related("party", "parent__party").filter(company_id=company_id)
    accounts = sorted(rows.filter(party_id__in=ids), key=lambda one: (one.party_id != root, one.party.number))
    owed = exposure.exposures((company_id, one.party_id) for one in accounts)
    head = accounts[0]
    return GroupView(
        root, head.party.number, head.party.name, head.limit, head.guaranteed, exposure.group(company_id, root),
        tuple(
            Member(
                one.party_id, one.party.number, one.party.name, one.parent.party.number if one.parent else "",
                owed.get((company_id, one.party_id), Exposure()),
            )
            for one in accounts
        ),
    )  # fmt: skip


def account(company_id: int, party_id: int) -> AccountView:
    """The account with exposure by part and by document; a payer without one has no limit."""
    party = Party.objects.filter(pk=party_id).first()
    company = Company.objects.select_related("currency").filter(pk=company_id).first()
    if party is None or company is None:
        raise NotFound(
            Sentence("There is no payer %(party)s in company %(company)s."), company=company_id, party=party_id
        )
    accounts = CreditAccount.objects.select_related("parent__party")
    row = accounts.filter(company_id=company_id, party_id=party_id, is_active=True).first()
    found = exposure.exposure(company_id, party_id)
    return AccountView(
        account_id=row.pk if row else None,
        version=row.version if row else 0,
        company_id=company_id,
        party_id=party_id,
        party_number=party.number,
        party_name=party.name,
        currency=company.currency.code,
        decimals=company.currency.decimals,
        limit=row.limit if row else None,
        risk_class=row.risk_class if row else "",
        guaranteed=row.guaranteed if row else 0,
        dunning_level=row.dunning_level if row else 0,
        review_on=row.review_on if row else None,
        exposure=found,
        documents=tuple(exposure.by_document(company_id, party_id)),
        parent_number=row.parent.party.number if row and row.parent else "",
        group=_group(company_id, party_id),
    )


@dataclass(frozen=True, slots=True)
class BlockedDocument:
    """A document that waits for a credit manager, with the facts as the check found them."""

    block_id: int
    ref: DocumentRef
    company_id: int
    party_number: str
    party_name: str
    currency: str
    decimals: int
    amount: int
    limit: int | None
    excess: int
    exposure: Exposure
    reason: str
    rule: str
    sentences: tuple[str, ...]
    set_at: datetime
    entered_by_id: int | None
    last_raised_by_id: int | None
    party_id: int
    passes_at: datetime | None
    kept_by_id: int | None
    kept_reason: str
    goods: Kept | None
    """Until when its goods are kept; None where nothing limits that, or nothing is kept."""
    asked_back: RequestRow | None
    """What a credit manager asked about it last."""


def blocked_documents(
    *, company_ids: frozenset[int] | None = None, after_id: int = 0, limit: int = 50
) -> tuple[BlockedDocument, ...]:
    """Documents under a standing credit block, the longest waiting first, from behind block `after_id` on."""
    rows = BlockRow.objects.filter(kind=BlockKind.CREDIT, released_at=None, pk__gt=after_id).order_by("pk")
    if company_ids is not None:
        rows = rows.filter(company_id__in=company_ids)
    chosen = list(rows[:limit])
    found, waits = _excesses(chosen), Waiting.objects.in_bulk([row.pk for row in chosen])
    refs = [DocumentRef(row.document_kind, row.document_id) for row in chosen]
    goods, asked = waiting.kept(refs), handoffs.asked_back(refs)
    return tuple(
        _blocked(
            row, found[row.document_kind, row.document_id], waits.get(row.pk, UNKNOWN),
            goods.get(ref), asked.get(ref),
        )
        for row, ref in zip(chosen, refs, strict=True)
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a check of credit found that was not passed, with the exposure by part as it was then."""

    at: datetime
    point: str
    outcome: str
    rule: str
    sentences: tuple[str, ...]
    amount: int
    exposure: Exposure
    limit: int | None
    excess: int
    currency: str


def found_on(ref: DocumentRef) -> tuple[Found, ...]:
    """What the checks of a document found that was not passed, the newest first."""
    rows = Excess.objects.filter(document_kind=ref.kind, document_id=ref.id).order_by("-pk")
    return tuple(
        Found(
            one.at,
            one.point,
            one.outcome,
            one.rule,
            tuple(one.sentences),
            one.amount,
            _exposure(one),
            one.limit,
            _excess(one),
            one.account.company.currency_id,
        )
        for one in rows.select_related("account__company")
    )


def _excess(one: Excess) -> int:
    """By how much the limit was passed; older records say it by their parts."""
    if one.excess is not None:
        return one.excess
    return 0 if one.limit is None else max(_exposure(one).total - one.limit, 0)


def _exposure(one: Excess) -> Exposure:
    return Exposure(one.open_orders, one.open_deliveries, one.open_invoices, one.deposits)


def _excesses(rows: Iterable[BlockRow]) -> dict[tuple[str, int], Excess]:
    """The last excess of each document."""
    wanted = Excess.objects.select_related("account__party", "account__company__currency").order_by("pk")
    ids = {row.document_id for row in rows}
    return {
        (found.document_kind, found.document_id): found for found in wanted.filter(document_id__in=ids, outcome="block")
    }


UNKNOWN = Waiting()


def _blocked(
    row: BlockRow, found: Excess, waits: Waiting, goods: Kept | None, asked: RequestRow | None
) -> BlockedDocument:
    currency = found.account.company.currency
    return BlockedDocument(
        block_id=row.pk,
        ref=DocumentRef(row.document_kind, row.document_id, row.document_number),
        company_id=row.company_id,
        party_number=found.account.party.number,
        party_name=found.account.party.name,
        currency=currency.code,
        decimals=currency.decimals,
        amount=found.amount,
        limit=found.limit,
        excess=_excess(found),
        exposure=_exposure(found),
        reason=row.reason,
        rule=found.rule,
        sentences=tuple(found.sentences) or (row.reason,),
        set_at=row.set_at,
        entered_by_id=row.entered_by_id,
        last_raised_by_id=row.last_raised_by_id,
        party_id=found.account.party_id,
        passes_at=waits.passes_at,
        kept_by_id=waits.kept_by_id,
        kept_reason=waits.kept_reason,
        goods=goods,
        asked_back=asked,
    )


def decimals_of_block(block_id: int) -> int:
    """How many decimals the amounts of a block's company have."""
    companies = BlockRow.objects.filter(pk=block_id).values("company_id")
    found = Company.objects.filter(pk__in=companies).values_list("currency__decimals", flat=True).first()
    if found is None:
        raise NotFound(Sentence("There is no credit block %(block)s."), block=block_id)
    return found

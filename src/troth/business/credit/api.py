"""Credit over the API: a payer's exposure by part, what waits for the credit manager, and what that decides."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from django.utils import timezone
from ninja import Path, Query
from pydantic import Field

from troth.business.credit import actions, queries, ratings
from troth.business.credit.rules import ExposureFacts
from troth.business.masterdata.api.records import ImportOptions, ImportOutcome, brought_in
from troth.kernel.money import parse_money
from troth.platform import permissions
from troth.platform.api import bodies, versions
from troth.platform.api.gate import ApiRequest
from troth.platform.api.operations import Operations, act
from troth.platform.api.paging import Page, Paging, next_address, page
from troth.platform.api.values import Entry, Figure, Id, Money, Reason, Shown, money
from troth.platform.web.formats import currency_decimals
from troth.reference import queries as reference

operations = Operations("credit")


@operations.creates("/imports/credit-accounts", ImportOutcome, accepts=bodies.CSV, status=200)
def import_credit_accounts(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of credit accounts; all rows or none."""
    return brought_in("credit_accounts", request, options)


@operations.creates("/imports/credit-ratings", ImportOutcome, accepts=bodies.CSV, status=200)
def import_credit_ratings(request: ApiRequest, options: Query[ImportOptions]) -> ImportOutcome:
    """A file of what outside sources say of payers; all rows or none."""
    return brought_in("credit_ratings", request, options)


class RatingShown(Shown):
    """What a source said last of a payer; `is_stale` where it is not good any more."""

    company: int
    payer: int
    payer_number: str
    payer_name: str
    source: str
    score: str
    advised_limit: Money | None
    rated_on: date
    good_until: date
    is_stale: bool
    received_at: datetime


def _ratings(rows: Iterable[ratings.RatingView]) -> list[RatingShown]:
    today = timezone.localdate()
    return [
        RatingShown(
            company=one.company_id,
            payer=one.party_id,
            payer_number=one.payer_number,
            payer_name=one.payer_name,
            source=one.source,
            score=one.score,
            advised_limit=None if one.advised_limit is None else money(one.advised_limit, one.currency),
            rated_on=one.rated_on,
            good_until=one.good_until,
            is_stale=one.is_stale(today),
            received_at=one.received_at,
        )
        for one in rows
    ]


class RatingFilter(Paging):
    stale: bool | None = None


@operations.reads("/credit/ratings", Page[RatingShown])
def list_credit_ratings(request: ApiRequest, found: Query[RatingFilter]) -> dict[str, Any]:
    """What each outside source said last of each payer."""
    rows = ratings.newest()
    if request.auth.company_ids is not None:
        rows = rows.filter(company_id__in=request.auth.company_ids)
    if found.stale is not None:
        is_stale = ratings.stale(timezone.localdate())
        rows = rows.filter(is_stale if found.stale else ~is_stale)
    return page(request, rows, found, lambda some: _ratings(ratings.views(some)))


class FetchedShown(Shown):
    """Ratings by what became of them."""

    created: int
    changed: int
    unchanged: int


@operations.acts("/credit/ratings/{source}/fetch", FetchedShown)
def fetch_credit_ratings(request: ApiRequest, source: Annotated[str, Path(max_length=40)]) -> FetchedShown:
    """Ask an outside source of credit data now, and take in what it says."""
    brought = act(request, actions.fetch_ratings, source)
    return FetchedShown(created=brought.created, changed=brought.changed, unchanged=brought.unchanged)


class PartsShown(Shown):
    """What a payer owes or will owe; deposits lower it."""

    open_orders: Money
    open_deliveries: Money
    open_invoices: Money
    deposits: Money
    total: Money


def _parts(parts: ExposureFacts, currency: str) -> PartsShown:
    names = ("open_orders", "open_deliveries", "open_invoices", "deposits", "total")
    return PartsShown(**{name: money(getattr(parts, name), currency) for name in names})


class ClaimShown(Shown):
    """What stands for a document."""

    kind: str
    id: int
    number: str
    part: str
    amount: Money
    due_on: date | None


class MemberShown(Shown):
    payer: int
    payer_number: str
    payer_name: str
    parent: str
    total: Money


class GroupShown(Shown):
    """Those who share a limit, and what they owe together; `head` is the number of the payer whose limit it is."""

    head: str
    limit: Money | None
    available: Money | None
    exposure: PartsShown
    members: list[MemberShown]


def _group(found: queries.GroupView, currency: str) -> GroupShown:
    return GroupShown(
        head=found.head_number,
        limit=None if found.limit is None else money(found.limit, currency),
        available=None if found.available is None else money(found.available, currency),
        exposure=_parts(found.exposure, currency),
        members=[
            MemberShown(
                payer=one.party_id,
                payer_number=one.number,
                payer_name=one.name,
                parent=one.parent_number,
                total=money(one.exposure.total, currency),
            )
            for one in found.members
        ],
    )


class AccountShown(Shown):
    """A payer's credit with a company; `limit` and `available` are null where credit is not checked."""

    company: int
    payer: int
    payer_number: str
    payer_name: str
    version: int
    limit: Money | None
    available: Money | None
    risk_class: str
    guaranteed: Money
    dunning_level: int
    review_on: date | None
    parent: str
    group: GroupShown | None
    ratings: list[RatingShown]
    exposure: PartsShown
    documents: list[ClaimShown]


@operations.reads("/credit/{int:company_id}/{int:payer_id}", AccountShown)
def get_credit_account(request: ApiRequest, company_id: Id, payer_id: Id) -> AccountShown:
    """A payer's exposure by part and by document."""
    return _account(request, company_id, payer_id)


def _account(request: ApiRequest, company_id: int, payer_id: int) -> AccountShown:
    permissions.require(request.auth, "credit.view_account", company_id=company_id)
    found = queries.account(company_id, payer_id)
    currency = found.currency
    return AccountShown(
        company=company_id,
        payer=payer_id,
        payer_number=found.party_number,
        payer_name=found.party_name,
        version=found.version,
        limit=None if found.limit is None else money(found.limit, currency),
        available=None if found.available is None else money(found.available, currency),
        risk_class=found.risk_class,
        guaranteed=money(found.guaranteed, currency),
        dunning_level=found.dunning_level,
        review_on=found.review_on,
        parent=found.parent_number,
        group=_group(found.group, currency) if found.group else None,
        ratings=_ratings(ratings.of_payer(company_id, payer_id)),
        exposure=_parts(found.exposure, currency),
        documents=[
            ClaimShown(
                kind=one.document.kind,
                id=one.document.id,
                number=one.document.number,
                part=str(one.part),
                amount=money(one.amount, currency),
                due_on=one.due_on,
            )
            for one in found.documents
        ],
    )


class LimitEntry(Entry):
    """A limit in the company's currency; null: credit is not checked. What is left out is emptied."""

    limit: Figure | None
    risk_class: Annotated[str, Field(max_length=40)] = ""
    guaranteed: Figure | None = None
    dunning_level: Annotated[int, Field(ge=0, le=9)] = 0
    review_on: date | None = None
    parent: Annotated[str, Field(max_length=40)] = ""


@operations.changes("/credit/{int:company_id}/{int:payer_id}", AccountShown, method="PUT")
def set_limit(request: ApiRequest, company_id: Id, payer_id: Id, wanted: LimitEntry) -> AccountShown:
    """Set the limit of a payer."""
    version = versions.expected(request)
    decimals = currency_decimals(reference.company(company_id).currency)
    limit = None if wanted.limit is None else parse_money(wanted.limit, decimals)
    guaranteed = 0 if wanted.guaranteed is None else parse_money(wanted.guaranteed, decimals)
    standing = actions.Standing(wanted.risk_class, guaranteed, wanted.dunning_level, wanted.review_on, wanted.parent)
    act(
        request,
        actions.set_limit,
        company_id,
        payer_id,
        limit=limit,
        standing=standing,
        version=version,
    )
    return _account(request, company_id, payer_id)


class BlockedShown(Shown):
    """A document that waits for a credit manager, with the facts as the check found them."""

    block: int
    kind: str
    id: int
    number: str
    payer_number: str
    payer_name: str
    amount: Money
    limit: Money | None
    excess: Money
    exposure: PartsShown
    reason: str
    rule: str
    sentences: list[str]
    set_at: datetime
    entered_by: int | None
    passes_at: datetime | None
    kept_reason: str
    goods_kept_until: datetime | None


class BlockedFilter(Paging):
    after: Annotated[str, Field(max_length=18, pattern=r"^\d*$")] = ""


@operations.reads("/credit/blocked", Page[BlockedShown])
def list_blocked_documents(request: ApiRequest, found: Query[BlockedFilter]) -> dict[str, Any]:
    """Documents under a credit block, the longest waiting first."""
    rows = queries.blocked_documents(
        company_ids=request.auth.company_ids, after_id=int(found.after or 0), limit=found.limit + 1
    )
    more, rows = len(rows) > found.limit, rows[: found.limit]
    items = [
        BlockedShown(
            block=row.block_id,
            kind=row.ref.kind,
            id=row.ref.id,
            number=row.ref.number,
            payer_number=row.party_number,
            payer_name=row.party_name,
            amount=money(row.amount, row.currency),
            limit=None if row.limit is None else money(row.limit, row.currency),
            excess=money(row.excess, row.currency),
            exposure=_parts(row.exposure, row.currency),
            reason=row.reason,
            rule=row.rule,
            sentences=list(row.sentences),
            set_at=row.set_at,
            entered_by=row.entered_by_id,
            passes_at=row.passes_at,
            kept_reason=row.kept_reason,
            goods_kept_until=row.goods.until if row.goods else None,
        )
        for row in rows
    ]
    return {"items": items, "next": next_address(request, str(rows[-1].block_id) if more else None)}


class JudgedShown(Shown):
    """The documents that were released, by number; how many still wait, and how many of these would pass."""

    released: list[str]
    waits: int
    passes: int


@operations.acts("/credit/{int:company_id}/{int:payer_id}/judge-again", JudgedShown)
def judge_credit_again(request: ApiRequest, company_id: Id, payer_id: Id) -> JudgedShown:
    """Judge again what waits on a payer's exposure, and release what passes where the rule lets it go by itself."""
    judged = act(request, actions.judge_again, company_id, payer_id)
    return JudgedShown(released=list(judged.released), waits=judged.waits, passes=judged.passes)


class ReleasedShown(Shown):
    kind: str
    id: int
    number: str


class ReleaseEntry(Reason):
    """`up_to`, in the company's currency: raised to that value, the document is not blocked again. `until`: from the
    day after, it is judged as if it had not been released. Left out, the release is not bounded so."""

    up_to: Figure | None = None
    until: date | None = None


@operations.acts("/credit/blocks/{int:block_id}/release", ReleasedShown)
def release_credit_block(request: ApiRequest, block_id: Id, why: ReleaseEntry) -> ReleasedShown:
    """Lift a credit block; nobody lifts one of a document that they entered or last raised."""
    up_to = None
    if why.up_to is not None:
        decimals = queries.decimals_of_block(block_id)
        up_to = parse_money(why.up_to, decimals)
    bounds = actions.Bounds(up_to, why.until)
    released = act(request, actions.release_block, block_id, reason=why.reason, bounds=bounds)
    return ReleasedShown(kind=released.document_kind, id=released.document_id, number=released.document_number)


@operations.acts("/credit/blocks/{int:block_id}/keep", ReleasedShown)
def keep_credit_block(request: ApiRequest, block_id: Id, why: Reason) -> ReleasedShown:
    """Keep a document blocked whatever is paid, until somebody releases it."""
    kept = act(request, actions.keep_block, block_id, reason=why.reason)
    return ReleasedShown(kind=kept.document_kind, id=kept.document_id, number=kept.document_number)

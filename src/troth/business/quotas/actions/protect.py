"""Supply protection: so much of a product at a site is kept for some customers, in a time."""

from collections.abc import Iterable, Sequence
from datetime import date

from troth.business.masterdata.queries import traits
from troth.business.quotas.actions import promised
from troth.business.quotas.actions.drafts import WHOM, Counted, ProtectionDraft, Saved
from troth.business.quotas.actions.promised import Reached
from troth.business.quotas.actions.rows import Wanted, each
from troth.business.quotas.models import Protection
from troth.business.quotas.queries import protection_key
from troth.business.quotas.rules import Characteristic, Contradiction, UnknownValue, WrongQuota
from troth.kernel.errors import Sentence
from troth.kernel.quantity import MAX
from troth.kernel.quota import WILDCARD
from troth.ledgers.quota import actions as quota
from troth.ledgers.quota.actions import Entry
from troth.ledgers.quota.rules import Measure
from troth.platform import events, locks
from troth.platform.actions import action, require
from troth.platform.actors import Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held
from troth.reference import queries as reference
from troth.reference.queries import SiteRow

KEPT_BY = (
    Characteristic.CUSTOMER_GROUP, Characteristic.CUSTOMER, Characteristic.CHANNEL, Characteristic.REGION,
    Characteristic.COUNTRY,
)  # fmt: skip
"""Characteristics of whoever something is kept for; of one product at one site all protections use the same, one or
two of them."""
PRIORITY_MAX = 99


@action
def save_protection(
    draft: ProtectionDraft, *, protection_id: int | None = None, version: int | None = None, by: Actor, clock: Clock
) -> Saved:
    """Keep a quantity for some customers, or change the protection of this id, if it is still at `version`.

    Product, site and whom it is for stay. Less than was consumed may be kept: what was promised stays promised. What
    those for whom it is kept are promised already is counted in it.
    """
    held = locks.begin()
    record = Protection(version=0)
    if protection_id is not None:
        [record] = held.hold(Protection, protection_id, by=by)
        locks.refuse_if_changed(record, version)
    counted = write_protections(held, [Wanted(draft, record)], by=by, clock=clock)
    return Saved(record.pk, record.version, counted)


def write_protections(held: Held, wanted: Sequence[Wanted[ProtectionDraft]], *, by: Actor, clock: Clock) -> Counted:
    """Inner verb of `save_protection` and of a file: all of them or none, counted once. `Refusals` by row."""
    new = {id(one) for one in wanted if one.record.pk is None}
    for site in sites_of(one.draft.site for one in wanted):
        require(by, company_id=site.company_id, site_id=site.id)
    today = reference.today(clock)
    each(wanted, lambda one: _enter(one, today=today))
    for one in wanted:
        one.record.save()
    before = _plan(held, wanted, clock)
    # Who promises the product looks at what is protected under the locks that the count takes.
    reached = [
        Reached(frozenset({one.record.product_id}), frozenset(), one.record.site_id, one.draft.first_on)
        for one in wanted
    ]
    counted = promised.count(held, promised.merged(reached), clock=clock)
    each(wanted, lambda one: _refuse_contradicting(one.record, today=today))
    for one, kept in zip(wanted, before, strict=True):
        _record(one, kept, is_new=id(one) in new, by=by, clock=clock)
    return counted


def sites_of(codes: Iterable[str]) -> list[SiteRow]:
    """The sites of these codes that there are."""
    named = set(codes)
    return [one for one in reference.sites() if one.code in named]


def _enter(one: Wanted[ProtectionDraft], *, today: date) -> None:
    draft, record = one.draft, one.record
    product_id, site = _named(draft)
    _check(draft, record, today=today)
    if record.pk is None:
        record.product_id, record.site_id = product_id, site.id
        record.priority = draft.priority
        for name, value in draft.whom.items():
            setattr(record, name, value)
    elif not _is_same(record, draft, product_id, site.id):
        raise WrongQuota(
            Sentence("Product, site and whom it is kept for cannot change. End this protection and make another."),
            field="value",
        )
    record.first_on, record.last_on, record.is_active = draft.first_on, draft.last_on, draft.is_active
    record.version += 1


def _plan(held: Held, wanted: Sequence[Wanted[ProtectionDraft]], clock: Clock) -> list[int]:
    """Keep what is wanted; return what was kept before."""
    held.take(*(protection_key(one.record.pk) for one in wanted))
    before = [int(held.balance(protection_key(one.record.pk)).planned) for one in wanted]
    entries = [
        Entry(protection_key(one.record.pk), Measure.PLANNED, _kept(one.draft) - kept, _ref(one.record))
        for one, kept in zip(wanted, before, strict=True)
        if _kept(one.draft) != kept
    ]
    if entries:
        quota.post(held, entries, at=clock.now())
    return before


def _kept(draft: ProtectionDraft) -> int:
    return draft.quantity if draft.is_active else 0


def _ref(record: Protection) -> DocumentRef:
    return DocumentRef("supply_protection", record.pk, str(record.pk))


def _record(one: Wanted[ProtectionDraft], before: int, *, is_new: bool, by: Actor, clock: Clock) -> None:
    kept = _kept(one.draft)
    events.record(
        f"quotas.protection_{'created' if is_new else 'changed'}", _ref(one.record),
        company_id=one.record.site.company_id, by=by, at=clock.now(),
        changes={"quantity": (before, kept)} if before != kept else None,
    )  # fmt: skip


def _named(draft: ProtectionDraft) -> tuple[int, SiteRow]:
    product = reference.products_by_number([draft.product]).get(draft.product)
    if product is None or not product.is_stocked:
        raise UnknownValue(
            Sentence("There is no product %(value)s that is kept in stock. Check the number."),
            field="product",
            value=draft.product[:40],
        )
    site = next((one for one in reference.sites() if one.code == draft.site), None)
    if site is None:
        raise UnknownValue(Sentence("There is no site %(value)s. Choose another."), field="site", value=draft.site[:20])
    return product.id, site


def _is_same(record: Protection, draft: ProtectionDraft, product_id: int, site_id: int) -> bool:
    stands = {name: getattr(record, name) for name in WHOM}
    there = (record.product_id, record.site_id, record.priority, stands)
    return there == (product_id, site_id, draft.priority, draft.whom)


def _check(draft: ProtectionDraft, record: Protection, *, today: date) -> None:
    _check_whom(draft.characteristic, draft.value, "")
    if draft.second_characteristic or draft.second_value:
        if draft.second_characteristic == draft.characteristic:
            raise WrongQuota(
                Sentence("It is told apart by that already. Choose another, or leave it empty."),
                field="second_characteristic",
            )
        _check_whom(draft.second_characteristic, draft.second_value, "second_")
    if draft.priority is not None and not 1 <= draft.priority <= PRIORITY_MAX:
        raise WrongQuota(Sentence("Enter a priority from 1 to %(most)s."), field="priority", most=PRIORITY_MAX)
    if draft.last_on < draft.first_on:
        raise WrongQuota(Sentence("It ends before it begins. Choose a later end."), field="last_on")
    is_new = draft.last_on != record.last_on or (draft.is_active and not record.is_active)
    if draft.last_on < today and is_new:
        raise WrongQuota(Sentence("It would be over already. Choose an end from today on."), field="last_on")
    if not 0 <= draft.quantity <= MAX:
        raise WrongQuota(Sentence("Enter a quantity of zero or more."), field="quantity")


def _check_whom(characteristic: str, value: str, before: str) -> None:
    """`before`: what stands before the names of the fields."""
    if characteristic not in KEPT_BY:
        known = ", ".join(KEPT_BY)
        raise WrongQuota(Sentence("Choose one of: %(known)s."), field=f"{before}characteristic", known=known)
    if not value or value == WILDCARD:
        raise WrongQuota(Sentence("Say whom it is kept for; for everybody nothing is kept."), field=f"{before}value")
    if not traits.values_in_use(characteristic, [value]):
        raise UnknownValue(
            Sentence("There is no %(name)s %(value)s. Check how it is written."),
            field=f"{before}value",
            name=characteristic.replace("_", " "),
            value=value[:60],
        )


def _refuse_contradicting(record: Protection, *, today: date) -> None:
    """Under the lock of the product at its site: no two for the same at a time, and of what is not over all by the
    same, since a line looks at what is kept later as well."""
    if not record.is_active:
        return
    others = Protection.objects.filter(product_id=record.product_id, site_id=record.site_id, is_active=True)
    others = others.exclude(pk=record.pk)
    by = {name: getattr(record, name) for name in ("characteristic", "second_characteristic")}
    other = others.filter(last_on__gte=today).exclude(**by).first() if record.last_on >= today else None
    if other is not None:
        raise Contradiction(
            Sentence(
                "This product is protected here by %(other)s already, and one customer would be in two of them. "
                "Use the same, or end the others first."
            ),
            field="characteristic",
            other=" and ".join(filter(None, (other.characteristic, other.second_characteristic))).replace("_", " "),
        )
    beside = others.filter(first_on__lte=record.last_on, last_on__gte=record.first_on)
    same = beside.filter(value=record.value, second_value=record.second_value, priority=record.priority).first()
    if same is not None:
        raise Contradiction(
            Sentence("Something is kept for %(value)s in this time already, until %(until)s. Change that one."),
            field="first_on",
            value=", ".join(filter(None, (record.value, record.second_value))),
            until=same.last_on.isoformat(),
        )

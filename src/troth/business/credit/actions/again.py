"""Judging again what waits under a credit block, once less is owed.

The documents of an account are taken in the order of their priority, then of their day, then of their number. To begin
with none of those that wait counts; each is counted in and judged by the rule of the point that blocked it. What passes
is released and goes on counting; what does not pass waits on, and the next one is judged without it. So a large order
that no payment will ever let through keeps no small one waiting behind it.

Documents of all who share a limit are judged together.

Only blocks that a check of credit set are looked at: blocks of other kinds are other people's. What a credit manager
keeps blocked is left alone, and where the rule has no automatic release it is only noted that the document passes.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date

from django.apps import apps
from django.db import models

from troth.business.credit import queries, store, waiting
from troth.business.credit.actions.claim import groups_of, parts, rule_for
from troth.business.credit.actions.fallen import ACCOUNT, BY_HAND
from troth.business.credit.models import Waiting
from troth.business.credit.rules import Payer, Rule, verdict
from troth.business.credit.waiting import One, Ranked
from troth.business.masterdata.queries import CreditCheckTerms, snapshot
from troth.ledgers.exposure.keys import COUNTED, ExposureKey, Part
from troth.ledgers.exposure.queries import overdue, standing_for_each, with_their_groups
from troth.platform import actions, blocks, documents, events, sql
from troth.platform.actions import action
from troth.platform.actors import SYSTEM, Actor
from troth.platform.clock import Clock
from troth.platform.documents import DocumentRef
from troth.platform.locks import Held

UNRANKED = Ranked(0, date.max, "", (0,))


@dataclass(frozen=True, slots=True)
class JudgedAgain:
    """The documents that were released, by number, and how many still wait; `passes` of these would pass."""

    released: tuple[str, ...]
    waits: int
    passes: int


@action
def judge_again(company_id: int, party_id: int, *, cause: str = "", by: Actor, clock: Clock) -> JudgedAgain:
    """Judge again what waits on a payer's exposure; release what passes now, where the rule lets it go by itself.

    `cause` is what the history of what is released says; empty: that somebody had it judged.
    """
    actions.require(by, company_id=company_id)
    key = ExposureKey(company_id, party_id)
    members = with_their_groups([key])
    if not (found := waiting.on(members)):
        queries.account(company_id, party_id)
        return JudgedAgain((), 0, 0)
    held = _held(found)
    held.take(*{one.key for one in found})
    # What was released or cancelled until the locks were there waits no more; what was blocked since is not held, and
    # was judged by what the exposure is now.
    known = {one.block_id: one.key for one in found}
    found = [one for one in waiting.on(members) if known.get(one.block_id) == one.key]
    judged = _judged(held, found, clock=clock)
    passing, going = set(judged), {one for one, releases in judged.items() if releases}
    lifted = blocks.release_all(held, [one.block_id for one in going], reason=cause or str(BY_HAND), clock=clock)
    Waiting.objects.filter(block_id__in=[one.block_id for one in going]).delete()
    _note(found, passing - going, going, clock)
    released = tuple(block.ref.number for block in lifted)
    if released:
        _record(key, released, cause or str(BY_HAND), by, clock)
    return JudgedAgain(released, len(found) - len(released), len(passing - going))


def _held(found: Iterable[One]) -> Held:
    """Lock the documents that wait, in the fixed order of all documents."""
    held, by_model = Held(), dict[type[models.Model], list[int]]()
    for one in found:
        by_model.setdefault(apps.get_model(documents.kind(one.ref.kind).model), []).append(one.ref.id)
    for model in sorted(by_model, key=lambda model: (getattr(model, "lock_rank", 0), model._meta.label)):
        held.hold(model, *sorted(by_model[model]), by=SYSTEM)
    return held


def _judged(held: Held, found: Sequence[One], *, clock: Clock) -> dict[One, bool]:
    """Those that pass, in their order, each with whether it is released by itself."""
    books = _Books(held, found, clock=clock)
    ranked, rules = _ranked(found), snapshot().credit_checks
    for one in found:
        books.count(one, -1)
    passing: dict[One, bool] = {}
    for one in sorted(found, key=lambda one: (ranked[one].priority, ranked[one].on, ranked[one].number, one.block_id)):
        if one.is_kept:
            continue
        books.count(one, 1)
        risk_class = books.accounts[one.key].risk_class
        held_by = [_rule(one, rules, risk_class, kind) for kind in ranked[one].order_type_ids]
        if all(books.passes(one, rule) for rule in held_by):
            passing[one] = all(rule.automatic_release for rule in held_by)
        else:
            books.count(one, -1)
    return passing


class _Books:
    """The exposures of those who share a limit, as they would stand with some of what waits counted in."""

    def __init__(self, held: Held, found: Sequence[One], *, clock: Clock) -> None:
        keys = list(dict.fromkeys(one.key for one in found))
        self.accounts = store.accounts(held, keys, clock=clock)
        self._balances = {key: copy(held.balance(key)) for key in keys}
        self._groups = groups_of(held, keys)
        self._payers: dict[ExposureKey, Payer] = {}
        self._stands: dict[One, dict[Part, int]] = {}
        for key in keys:
            payer = self.accounts[key].payer
            late = overdue(held, key, today=payer.today)
            self._payers[key] = replace(payer, overdue=late.amount, oldest_on=late.oldest_on)
            own = [one for one in found if one.key == key]
            stands = standing_for_each(held, key, [one.ref for one in own])
            self._stands |= {one: stands[one.ref] for one in own}

    def count(self, one: One, sign: int) -> None:
        """Count a document in, or out."""
        balance, group = self._balances[one.key], self._groups.get(one.key)
        for part, amount in self._stands[one].items():
            setattr(balance, part, getattr(balance, part) + sign * amount)
            if group is not None:
                setattr(group, part, getattr(group, part) + sign * amount)
            if part in COUNTED:
                setattr(balance, COUNTED[part], getattr(balance, COUNTED[part]) + sign)

    def passes(self, one: One, rule: Rule) -> bool:
        balance, group = self._balances[one.key], self._groups.get(one.key)
        documents = balance.orders + balance.deliveries + balance.invoices
        payer = replace(self._payers[one.key], documents=documents)
        shared = None if group is None else group.total
        amount = sum(self._stands[one].values())
        return verdict(parts(balance), payer, amount=amount, group=shared, rule=rule).passes


def _rule(one: One, rules: Sequence[CreditCheckTerms], risk_class: str, order_type_id: int) -> Rule:
    return rule_for(rules, one.key.company_id, one.point, risk_class, order_type_id)


def _ranked(found: Sequence[One]) -> dict[One, Ranked]:
    ids: dict[str, list[int]] = {}
    for one in found:
        ids.setdefault(one.ref.kind, []).append(one.ref.id)
    known = {kind: waiting.ranks(kind, of_kind) for kind, of_kind in ids.items()}
    return {one: known[one.ref.kind].get(one.ref.id, UNRANKED) for one in found}


def _note(found: Sequence[One], passing: set[One], going: set[One], clock: Clock) -> None:
    """Keep of those that wait on since when they would pass."""
    rest = [one for one in found if one not in going]
    new = [one.block_id for one in rest if one in passing and not one.passed]
    ended = [one.block_id for one in rest if one not in passing and one.passed]
    if new:
        Waiting.objects.filter(block_id__in=new).update(passes_at=clock.now())
    if ended:
        Waiting.objects.filter(block_id__in=ended).update(passes_at=None)


def _record(key: ExposureKey, released: Sequence[str], cause: str, by: Actor, clock: Clock) -> None:
    [(account_id, number)] = sql.fetch(
        "SELECT a.id, p.number FROM credit_creditaccount a JOIN reference_party p ON p.id = a.party_id"
        " WHERE a.company_id = %s AND a.party_id = %s",
        [key.company_id, key.party_id],
    )
    facts = {"orders": list(released), "reason": cause}
    events.record(
        "credit.judged_again", DocumentRef(ACCOUNT, account_id, number), company_id=key.company_id, by=by,
        at=clock.now(), facts=facts,
    )  # fmt: skip

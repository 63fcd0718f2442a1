"""The credit decision.

A payer's exposure is what it owes or will owe a company: open orders, deliveries under way, open invoices, less
deposits. It may reach the limit, and not go past it; what is guaranteed does not count. What happens then is said by
the rules of credit (`masterdata.CreditCheck`) for the point at which it is checked (CSA: credit management process):

    outcome    order, delivery                                           goods issue
    warn       goes on; the verdict is kept and shown                    impossible
    error      an order stays a draft, a change or delivery is refused   impossible
    block      kept; a block stops the next step until it is released    refused, unless it was released

    point              without a rule
    order entered      the limit, block
    order changed      the limit, block
    delivery made      nothing new: a document that bears the block is refused
    delivery raised    nothing new
    goods issue        the limit, block

A document that adds nothing is never stopped: one free of charge, or one changed to the same value or less.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from troth.kernel.errors import BusinessError, Sentence, together
from troth.kernel.money import format_money


class CreditBlocksDelivery(BusinessError):
    """A credit block stands on the order."""

    code = "credit_blocks_delivery"


class CreditBlocksGoodsIssue(BusinessError):
    """Exposure is past the limit, and nobody released the document; refusal is the only reaction here."""

    code = "credit_blocks_goods_issue"


class CreditRefuses(BusinessError):
    """A rule of credit says that this does not go on; an order that is entered stays a draft."""

    code = "credit_refuses"
    found: Any = None
    """What was found, for whoever keeps the document as a draft."""


class LimitInvalid(BusinessError):
    """A limit that is negative or larger than the books can hold."""

    code = "limit_invalid"


class GroupLoop(BusinessError):
    """An account would share the limit of one that shares its own."""

    code = "credit_group_loop"


class CreditAccountUnknown(BusinessError):
    """The company or the payer of a limit does not exist."""

    code = "credit_account_unknown"


class ExposureFacts(Protocol):
    """What is read of an exposure, in minor units of the company's currency; the ledger's value has it."""

    @property
    def open_orders(self) -> int: ...
    @property
    def open_deliveries(self) -> int: ...
    @property
    def open_invoices(self) -> int: ...
    @property
    def deposits(self) -> int: ...
    @property
    def total(self) -> int: ...


class Point(StrEnum):
    """Where credit is checked."""

    ORDER_CREATE = "order_create"
    ORDER_CHANGE = "order_change"
    DELIVERY_CREATE = "delivery_create"
    DELIVERY_CHANGE = "delivery_change"
    GOODS_ISSUE = "goods_issue"


class Outcome(StrEnum):
    """What follows where a check is not passed."""

    NONE = "none"
    WARN = "warn"
    ERROR = "error"
    BLOCK = "block"


class Criterion(StrEnum):
    """What a check looks at."""

    LIMIT = "limit"
    GROUP = "group"
    DOCUMENT_VALUE = "document_value"
    OVERDUE = "overdue"
    OLDEST = "oldest"
    DUNNING = "dunning"
    DOCUMENTS = "documents"
    REVIEW = "review"


class Rule(Protocol):
    """What is read of a rule of credit; what is None among the criteria is not looked at."""

    @property
    def code(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def checks_limit(self) -> bool: ...
    @property
    def max_document_value(self) -> int | None: ...
    @property
    def max_dunning_level(self) -> int | None: ...
    @property
    def checks_review(self) -> bool: ...
    @property
    def max_overdue_percent(self) -> int | None: ...
    @property
    def max_overdue_days(self) -> int | None: ...
    @property
    def max_open_documents(self) -> int | None: ...
    @property
    def automatic_release(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Standard:
    """What holds where no rule was kept."""

    code: str = ""
    outcome: str = Outcome.BLOCK
    checks_limit: bool = True
    max_document_value: int | None = None
    max_dunning_level: int | None = None
    checks_review: bool = False
    max_overdue_percent: int | None = None
    max_overdue_days: int | None = None
    max_open_documents: int | None = None
    automatic_release: bool = True


STANDARD: dict[Point, Standard] = {
    Point.ORDER_CREATE: Standard(),
    Point.ORDER_CHANGE: Standard(),
    Point.DELIVERY_CREATE: Standard(outcome=Outcome.NONE),
    Point.DELIVERY_CHANGE: Standard(outcome=Outcome.NONE),
    Point.GOODS_ISSUE: Standard(),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Whose limit a payer shares (`number`), in minor units of the company's currency. `is_own`: it is the payer."""

    number: str
    limit: int | None
    guaranteed: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """What is kept of a payer, amounts in minor units of the company's currency. `limit` None: the exposure is not
    checked; `review_on`: the day by which its credit is to be reviewed; `today` is the company's date. What of its open
    invoices is `overdue` and since when, and how many `documents` are open with this one, known where a rule asks."""

    limit: int | None = None
    guaranteed: int = 0
    dunning_level: int = 0
    review_on: date | None = None
    today: date = date.min
    overdue: int = 0
    oldest_on: date | None = None
    documents: int = 0
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A criterion that is not passed: what was found, and what would have passed; amounts in minor units, or days."""

    criterion: Criterion
    found: int | date
    allowed: int | date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check found: exposure with this document counted in, the limit (None: not checked), and by how much the
    one is past the other (0 where it is not). `amount` is what the document stands for; `rule` the code of the rule
    that said so, empty without one; `adds`: whether the document raises what the payer will owe."""

    exposure: ExposureFacts
    limit: int | None
    amount: int
    excess: int
    adds: bool
    outcome: Outcome = Outcome.NONE
    rule: str = ""
    breaches: tuple[Breach, ...] = ()
    guaranteed: int = 0
    group: Group | None = None
    """Whose limit it shares; where that is passed, a breach says so."""

    @property
    def within_limit(self) -> bool:
        return self.excess == 0

    @property
    def passes(self) -> bool:
        return not self.breaches

    @property
    def worst_excess(self) -> int:
        """By how much a limit is passed: its own, or that of its group."""
        return max([self.excess, *(_over(one) for one in self.breaches if one.criterion is Criterion.GROUP)])

    @property
    def sets_block(self) -> bool:
        return self._follows(Outcome.BLOCK)

    @property
    def warns(self) -> bool:
        return self._follows(Outcome.WARN)

    @property
    def refuses(self) -> bool:
        return self._follows(Outcome.ERROR)

    def _follows(self, outcome: Outcome) -> bool:
        return self.adds and not self.passes and self.outcome is outcome

    def sentence(self, decimals: int, currency: str) -> Sentence:
        """The verdict as people read it."""
        found = self.sentences(decimals, currency)
        return found[0] if len(found) == 1 else together(*found)

    def sentences(self, decimals: int, currency: str) -> tuple[Sentence, ...]:
        """What was found, a sentence for each criterion that is not passed; else where the exposure stands."""
        if self.passes:
            return (self._exposure_sentence(decimals, currency),)
        return tuple(self._breach(one, decimals, currency) for one in self.breaches)

    def _breach(self, one: Breach, decimals: int, currency: str) -> Sentence:
        if one.criterion is Criterion.LIMIT:
            return self._exposure_sentence(decimals, currency)
        if one.criterion is Criterion.GROUP:
            return self._group_sentence(one, decimals, currency)
        if one.criterion is Criterion.DOCUMENT_VALUE:
            assert isinstance(one.found, int)
            assert isinstance(one.allowed, int)
            return Sentence(
                "The document stands for %(found)s without cover; %(allowed)s is the most.",
                found=format_money(one.found, decimals, currency),
                allowed=format_money(one.allowed, decimals, currency),
            )
        if one.criterion is Criterion.OVERDUE:
            assert isinstance(one.found, int)
            return Sentence(
                "%(found)s of %(invoices)s invoiced is overdue; %(allowed)s percent is the most.",
                found=format_money(one.found, decimals, currency),
                invoices=format_money(self.exposure.open_invoices, decimals, currency),
                allowed=one.allowed,
            )
        if one.criterion is Criterion.OLDEST:
            return Sentence(
                "The oldest open item is %(found)s days overdue; %(allowed)s is the most.",
                found=one.found,
                allowed=one.allowed,
            )
        if one.criterion is Criterion.DOCUMENTS:
            return Sentence(
                "%(found)s orders, deliveries and invoices are open; %(allowed)s is the most.",
                found=one.found,
                allowed=one.allowed,
            )
        if one.criterion is Criterion.DUNNING:
            return Sentence(
                "The payer was dunned to level %(found)s; %(allowed)s is the highest that passes.",
                found=one.found,
                allowed=one.allowed,
            )
        return Sentence("The payer's credit was to be reviewed by %(day)s.", day=one.allowed)

    def _group_sentence(self, one: Breach, decimals: int, currency: str) -> Sentence:
        assert isinstance(one.found, int)
        assert isinstance(one.allowed, int)
        assert self.group is not None
        return Sentence(
            "Exposure of the group of %(parent)s is %(total)s, %(excess)s past what it may be (%(allowed)s); "
            "%(own)s of it is this payer's.",
            parent=self.group.number,
            total=format_money(one.found, decimals, currency),
            excess=format_money(_over(one), decimals, currency),
            allowed=format_money(one.allowed, decimals, currency),
            own=format_money(self.exposure.total, decimals, currency),
        )

    def _exposure_sentence(self, decimals: int, currency: str) -> Sentence:
        total = format_money(self.exposure.total, decimals, currency)
        if self.limit is None:
            return Sentence("Credit is not limited; exposure is %(total)s.", total=total)
        limit = format_money(self.limit, decimals, currency)
        if self.within_limit:
            return Sentence("Exposure is %(total)s of a limit of %(limit)s.", total=total, limit=limit)
        excess = format_money(self.excess, decimals, currency)
        if self.guaranteed:
            return Sentence(
                "Exposure is %(total)s, of which %(guaranteed)s is guaranteed: %(excess)s past the limit of %(limit)s.",
                total=total, guaranteed=format_money(self.guaranteed, decimals, currency), excess=excess, limit=limit,
            )  # fmt: skip
        return Sentence(
            "Exposure is %(total)s, %(excess)s past the limit of %(limit)s.", total=total, excess=excess, limit=limit
        )


def _over(one: Breach) -> int:
    assert isinstance(one.found, int)
    assert isinstance(one.allowed, int)
    return one.found - one.allowed


def verdict(
    exposure: ExposureFacts,
    payer: Payer,
    *,
    amount: int,
    group: int | None = None,
    adds: bool | None = None,
    rule: Rule = STANDARD[Point.ORDER_CREATE],
    checks: bool = True,
) -> Verdict:
    """Judge `exposure`, in which the document's `amount` is counted. `adds`: whether the document raises what is owed;
    left out, it does where it stands for something. Without `checks` (the order type says so) nothing is looked at.
    `group` is the exposure of the payer's group, where it has one; the limit of its head is the group's alone."""
    outcome = Outcome(rule.outcome) if checks else Outcome.NONE
    limit = payer.limit if outcome is not Outcome.NONE and rule.checks_limit else None
    heads = payer.group is not None and payer.group.is_own
    excess = 0 if limit is None or heads else max(exposure.total - payer.guaranteed - limit, 0)
    found = () if outcome is Outcome.NONE else tuple(_breaches(exposure, payer, amount, excess, rule, group))
    raises = amount > 0 if adds is None else adds
    return Verdict(exposure, limit, amount, excess, raises, outcome, rule.code, found, payer.guaranteed, payer.group)


def _breaches(
    exposure: ExposureFacts, payer: Payer, amount: int, excess: int, rule: Rule, group: int | None
) -> Iterator[Breach]:
    if excess:
        yield Breach(Criterion.LIMIT, exposure.total, exposure.total - excess)
    shared = payer.group
    if rule.checks_limit and shared is not None and shared.limit is not None and group is not None:
        allowed = shared.limit + shared.guaranteed
        if group > allowed:
            yield Breach(Criterion.GROUP, group, allowed)
    bare = amount - max(exposure.deposits, 0)
    if rule.max_document_value is not None and bare > rule.max_document_value:
        yield Breach(Criterion.DOCUMENT_VALUE, bare, rule.max_document_value)
    if rule.max_overdue_percent is not None and payer.overdue * 100 > exposure.open_invoices * rule.max_overdue_percent:
        yield Breach(Criterion.OVERDUE, payer.overdue, rule.max_overdue_percent)
    late = 0 if payer.oldest_on is None else (payer.today - payer.oldest_on).days
    if rule.max_overdue_days is not None and late > rule.max_overdue_days:
        yield Breach(Criterion.OLDEST, late, rule.max_overdue_days)
    if rule.max_open_documents is not None and payer.documents > rule.max_open_documents:
        yield Breach(Criterion.DOCUMENTS, payer.documents, rule.max_open_documents)
    if rule.max_dunning_level is not None and payer.dunning_level > rule.max_dunning_level:
        yield Breach(Criterion.DUNNING, payer.dunning_level, rule.max_dunning_level)
    if rule.checks_review and payer.review_on is not None and payer.review_on < payer.today:
        yield Breach(Criterion.REVIEW, payer.today, payer.review_on)

"""What desks ask of each other: each kind declared once, with who asks whom, about what, and how long there is.

An app declares its kinds in one call when it is loaded, and learns of answers by the event `platform.request_answered`,
whose facts name the kind. Minutes are minutes of work at the document's site (`kernel.office_hours`). The floor above
says what the hours of a site are and what a company has set for a kind otherwise: `keep_times_by`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.office_hours import ALWAYS, OfficeHours
from troth.platform import permissions
from troth.platform.permissions.table import CLERK, OPS, SUPER


@dataclass(frozen=True, slots=True)
class Terms:
    """Minutes until the receipt (0: none is due before the answer) and until the answer; the ladder's next rung.

    `same_day`: what is asked while the desk is open is answered before it closes, however little is left.
    """

    answer_minutes: int
    receipt_minutes: int = 0
    same_day: bool = False
    escalates_to: str = ""


@dataclass(frozen=True, slots=True)
class RequestKind:
    """A kind of hand-off. `subjects` are kinds of documents; none stands for all.

    One that `expires` ends with its deadline; all others stay open and visible until somebody answers or withdraws
    them. `stands_in`: the role that late ones go to may answer them too.
    """

    code: str
    title: str | Promise
    from_roles: frozenset[str]
    to_roles: tuple[str, ...]
    terms: Terms
    subjects: frozenset[str] = frozenset()
    expires: bool = False
    stands_in: bool = True

    def is_about(self, document_kind: str) -> bool:
        return not self.subjects or document_kind in self.subjects


class Times(Protocol):
    """What the floor above knows."""

    def hours(self, company_id: int, site_id: int | None) -> OfficeHours | None:
        """The hours of the site; of the company's first one, where a document has none."""
        ...

    def terms(self, kind: str) -> Terms | None:
        """What was set for the kind otherwise than declared."""
        ...


@dataclass(frozen=True, slots=True)
class Deadlines:
    """`receipt_at` is None where no receipt is due before the answer."""

    receipt_at: datetime | None
    answer_at: datetime


ItemsOf = Callable[[int], Iterable[tuple[str, str]]]
"""The lines of a document by number, with what people call them."""

_kinds: dict[str, RequestKind] = {}
_times: list[Times] = []
_items: dict[str, ItemsOf] = {}


def declare(kind: RequestKind) -> RequestKind:
    """Make a kind known; by this alone it can be asked, is listed, reckoned and escalated."""
    assert kind.code not in _kinds or _kinds[kind.code] == kind, f"{kind.code} is declared twice"
    assert kind.from_roles
    assert kind.to_roles
    assert {*kind.from_roles, *kind.to_roles} <= permissions.ROLES.keys()
    _kinds[kind.code] = kind
    return kind


def keep_times_by(times: Times) -> None:
    """Have hours and settings looked up here; the last one counts."""
    _times.append(times)


def has_items(document_kind: str, items: ItemsOf) -> None:
    """Let a line of such a document be asked about."""
    _items[document_kind] = items


def items_of(document_kind: str, document_id: int) -> tuple[tuple[str, str], ...]:
    return tuple(_items[document_kind](document_id)) if document_kind in _items else ()


def kinds() -> tuple[RequestKind, ...]:
    return tuple(_kinds.values())


def kind_named(code: str) -> RequestKind:
    """The kind of this code, or a refusal that names those there are."""
    if code not in _kinds:
        known = ", ".join(sorted(_kinds))
        raise InvalidInput(
            Sentence("There is no kind of request %(kind)s. Known are: %(known)s.", kind=code, known=known),
            field="kind",
        )
    return _kinds[code]


def title_of(code: str) -> str:
    """What people call the kind; its code, where nobody declares it any longer."""
    return str(_kinds[code].title) if code in _kinds else code


def terms_of(kind: RequestKind, to_role: str) -> Terms:
    """How long there is, as set or else as declared, with a role for the late ones in any case."""
    found = (_times[-1].terms(kind.code) if _times else None) or kind.terms
    return replace(found, escalates_to=found.escalates_to or kind.terms.escalates_to or supervisor_of(to_role))


def supervisor_of(role: str) -> str:
    """Who sees to it that a desk answers."""
    return SUPER if role in (CLERK, OPS) else OPS


def deadlines(terms: Terms, *, company_id: int, site_id: int | None, asked_at: datetime) -> Deadlines:
    """Until when the receipt and the answer are due."""
    hours = (_times[-1].hours(company_id, site_id) if _times else None) or ALWAYS
    answer_at = hours.after(asked_at, terms.answer_minutes)
    receipt_at = hours.after(asked_at, terms.receipt_minutes) if terms.receipt_minutes else None
    if terms.same_day:
        answer_at = min(answer_at, hours.end_of_day(asked_at))
        receipt_at = min(receipt_at, answer_at) if receipt_at else None
    return Deadlines(receipt_at, answer_at)


QUESTION = declare(
    RequestKind(
        "question",
        _("Question"),
        permissions.PERMISSIONS["platform.ask"],
        tuple(role for role in permissions.ROLES if role in permissions.PERMISSIONS["platform.answer"]),
        Terms(answer_minutes=240, receipt_minutes=60),
    )
)
"""Whatever has no kind of its own, from any desk to any other."""

"""What the parts show, as plain values.

A query hands these out, a part draws them. They carry integers and units, never text that is already formatted, so one
value reads rightly on a page in any language and in an exported file.

| value | shown as |
| --- | --- |
| Status | a chip: word, colour and shape |
| Quantity | right-aligned figure with its unit |
| Money | right-aligned amount with its currency |
| Party | name, number and a way to the record |
| Waiting | a card of the home: how many wait, since when, how many are late |
| Change | one entry of a history: before, after, who, when |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Text = StrOrPromise
else:
    Text = str


class Tone(StrEnum):
    """What a status means for the person who looks at it; each has its own colour and its own shape."""

    DRAFT = "draft"
    WAITING = "waiting"
    GOING = "going"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Status:
    word: Text
    tone: str = Tone.DRAFT


ACTIVE, INACTIVE = Status(_("Active"), Tone.DONE), Status(_("Inactive"), Tone.STOPPED)
"""Whether a record is in use."""


@dataclass(frozen=True, slots=True)
class Link:
    label: Text
    url: Text = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` counts 10^-decimals of `unit`."""

    value: int
    decimals: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` counts the smallest unit of `currency`."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Party:
    name: str
    number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One confirmed date and quantity, on what it rests, and the way to the explanation."""

    on: date | None
    quantity: Quantity
    basis: Status | None = None
    why_url: str = ""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One part of a sum. `note` names where it comes from (condition, source, scale, rounding)."""

    label: Text
    amount: Money | Quantity
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A sum and the parts that make it."""

    title: Text
    total: Money | Quantity
    steps: tuple[TraceStep, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field was and is; without a `before` it is a fact that was told with the change."""

    label: Text
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a history, newest first on the page."""

    at: datetime
    who: str
    what: Text
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Something the person can do next: a button that posts, or a link when `method` is "get".

    A step that cannot be undone is a link to its confirm page.
    """

    label: Text
    url: Text
    method: str = "post"
    danger: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the way, what to do about it, and the way to do it."""

    sentence: Text
    remedy: Text = ""
    step: Step | None = None
    tone: str = Tone.STOPPED


@dataclass(frozen=True, slots=True)
class Card:
    """One task on a home page: how many wait, how old the oldest is, how many are late."""

    title: Text
    count: int
    url: str
    oldest_days: int | None = None
    late: int = 0
    note: Text = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Empty:
    """An empty place: what this is, why it is empty, one action."""

    title: Text
    why: Text = ""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, since when, and how many of them are late; `more` where counting stopped."""

    count: int
    oldest_on: date | None = None
    late: int = 0
    more: bool = False

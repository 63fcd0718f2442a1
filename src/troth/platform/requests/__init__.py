"""Requests: one role hands a question about a document to another, with a receipt and a deadline.

Papers describe such hand-offs as calls and notes that get lost. Here each is a row: who asked whom for what, when it
was seen, what was answered, and until when. The mechanism knows neither the questions nor what follows from an
answer; apps declare their kinds (`kinds`) and subscribe to `platform.request_answered` and the like.

| from | acknowledge | accept | decline | withdraw | expire | escalate |
| --- | --- | --- | --- | --- | --- | --- |
| asked | received | accepted | declined | withdrawn | expired | asked |
| received | | accepted | declined | withdrawn | expired | received |

A receipt or an answer that is late escalates: the role that late ones go to sees the request from that moment on, by
the clock alone, and the job writes it into the history. A request of a kind that expires ends with its deadline.
"""

from troth.platform.requests.asking import ask, ask_about, open_declared, open_request
from troth.platform.requests.kinds import (
    Deadlines,
    RequestKind,
    Terms,
    Times,
    deadlines,
    declare,
    has_items,
    items_of,
    keep_times_by,
    kind_named,
    kinds,
    terms_of,
    title_of,
)
from troth.platform.requests.reading import (
    Request,
    asked_by,
    is_late,
    late_ones,
    one,
    open_for,
    open_to,
    overdue,
    requests_of,
    seen,
    shown,
    unanswered,
    working_on,
)
from troth.platform.requests.states import (
    ANSWER_LATE,
    LIFECYCLE,
    ON_TIME,
    OPEN,
    RECEIPT_LATE,
    AlreadyAsked,
    NotYours,
    RequestState,
    TooLate,
)
from troth.platform.requests.verbs import acknowledge, answer, escalate, expire, may_answer, may_withdraw, withdraw

__all__ = [
    "ANSWER_LATE",
    "LIFECYCLE",
    "ON_TIME",
    "OPEN",
    "RECEIPT_LATE",
    "AlreadyAsked",
    "Deadlines",
    "NotYours",
    "Request",
    "RequestKind",
    "RequestState",
    "Terms",
    "Times",
    "TooLate",
    "acknowledge",
    "answer",
    "ask",
    "ask_about",
    "asked_by",
    "deadlines",
    "declare",
    "escalate",
    "expire",
    "has_items",
    "is_late",
    "items_of",
    "keep_times_by",
    "kind_named",
    "kinds",
    "late_ones",
    "may_answer",
    "may_withdraw",
    "one",
    "open_declared",
    "open_for",
    "open_request",
    "open_to",
    "overdue",
    "requests_of",
    "seen",
    "shown",
    "terms_of",
    "title_of",
    "unanswered",
    "withdraw",
    "working_on",
]

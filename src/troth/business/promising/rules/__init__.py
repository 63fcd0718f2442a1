"""What may be promised: `wish` says what a promise is made of, `shelf` what there is, `decide` makes it, `explain` says
why."""

from troth.business.promising.rules.aging import LotShelf
from troth.business.promising.rules.decide import Task, Timetable, decide, group_of, ready_on
from troth.business.promising.rules.explain import sentence
from troth.business.promising.rules.shelf import Asked, Shelf
from troth.business.promising.rules.wish import (
    Binding,
    LessThanDelivered,
    LinePromise,
    Promise,
    Schedule,
    SiteClosed,
    StillAllocated,
    UnknownScope,
    Way,
    Wish,
)
from troth.kernel.scopes import has_unsecured

__all__ = [
    "Asked",
    "Binding",
    "LessThanDelivered",
    "LinePromise",
    "LotShelf",
    "Promise",
    "Schedule",
    "Shelf",
    "SiteClosed",
    "StillAllocated",
    "Task",
    "Timetable",
    "UnknownScope",
    "Way",
    "Wish",
    "decide",
    "group_of",
    "has_unsecured",
    "ready_on",
    "sentence",
]

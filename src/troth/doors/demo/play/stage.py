"""The stage: the clock that walks, the people by role, and what the company's things are called."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from troth.doors.demo.dates import Dates, instant
from troth.doors.demo.organisation import COMPANY
from troth.doors.demo.people import cast
from troth.doors.demo.tables import table
from troth.platform.actors import Actor
from troth.platform.clock import FixedClock

SECONDS_BETWEEN_ACTS = 10


@dataclass
class Stage:
    """`counts` says what was done how often; no act is later than `curtain`, the moment the play is made."""

    dates: Dates
    curtain: datetime
    clock: FixedClock
    people: dict[str, Actor]
    company_id: int
    sites: dict[str, int]
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def open(cls, dates: Dates, curtain: datetime) -> "Stage":
        company = table("reference.Company")._default_manager.get(code=COMPANY[0])
        sites = table("reference.Site")._default_manager.filter(company=company)
        return cls(
            dates=dates,
            curtain=curtain,
            clock=FixedClock(instant(dates.first)),
            people=cast(),
            company_id=company.pk,
            sites=dict(sites.values_list("code", "pk")),
        )

    def place(self, kind: str, document_id: int) -> int:
        """The place of a document among those of its kind, as first asked for: ids differ between databases."""
        return self.places.setdefault((kind, document_id), 1 + sum(known == kind for known, _ in self.places))

    def begin_day(self, on: date) -> None:
        self.clock.at = min(instant(on), self.curtain)

    def acting(self, role: str) -> dict[str, Any]:
        """Who acts and when, as actions take it: a few seconds after the act before."""
        self.clock.at = min(self.clock.at + timedelta(seconds=SECONDS_BETWEEN_ACTS), self.curtain)
        return {"by": self.people[role], "clock": FixedClock(self.clock.at)}

    def stores(self) -> dict[str, str]:
        """Customer numbers by store key."""
        from troth.demo.facts import rows

        return {fact["store_key"]: fact["account_number"] for fact in rows("stores")}

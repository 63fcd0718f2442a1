"""A variant as a run reads it: selection, segments, reactions and limits; and what is wrong with one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.states import Rhythm, Sort
from troth.kernel.backorder import Reaction, Reactions, Strategy
from troth.kernel.errors import BusinessError, InvalidInput, Refusals, Sentence

SEGMENTS_MAX = 20
SORTS_MAX = 4
NAME_MAX = 60
TIMES_MAX = 1_000
WHOLE = 10_000
"""All lines, in the hundredths of a percent that the limit is counted in."""

EVERYTHING = Filter()
STRATEGIES = {strategy.name.lower(): strategy for strategy in Strategy}
REACTIONS = {reaction.name.lower(): reaction for reaction in Reaction}


class WrongVariant(InvalidInput):
    """A variant that says something impossible."""

    code = "wrong_variant"


class OtherCompany(BusinessError):
    """A variant stays in its company."""

    code = "other_company"


class VariantTaken(BusinessError):
    """Another variant of the company has the name."""

    code = "variant_taken"


@dataclass(frozen=True, slots=True)
class SegmentDraft:
    """`sort` are criteria of `states.Sort`, the first one first; `strategy` one of `STRATEGIES`."""

    name: str
    strategy: str
    filter: Filter = EVERYTHING
    sort: tuple[str, ...] = (Sort.PRIORITY, Sort.REQUESTED)

    def record(self) -> dict[str, Any]:
        return {
            "name": self.name, "strategy": self.strategy, "filter": self.filter.record(), "sort": list(self.sort),
        }  # fmt: skip

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "SegmentDraft":
        return cls(record["name"], record["strategy"], Filter.of(record["filter"]), tuple(record["sort"]))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may do before a second person has to agree; None: any amount.

    `worse_share_max` in hundredths of a percent of the lines that take part. `later_times_max` nobody can agree to
    exceed: a line that so many runs made later, or took goods from, keeps what it has where a run would do it again.
    """

    worse_share_max: int | None = None
    worse_lines_max: int | None = None
    later_days_max: int | None = None
    later_times_max: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run goes by. `win` and `gain` are (reaction, fallback) in words.

    `asks_rules`: lines that it leaves short or late ask the rules of availability that are meant for runs.
    """

    selection: Filter = EVERYTHING
    segments: tuple[SegmentDraft, ...] = ()
    with_unconfirmed: bool = True
    win: tuple[str, str] = ("fallback", "improve")
    gain: tuple[str, str] = ("fallback", "improve")
    limits: Limits = field(default_factory=Limits)
    asks_rules: bool = False

    @property
    def reactions(self) -> Reactions:
        """As the kernel wants them; `FallbackGuarantees` where a fallback is no weaker."""
        return Reactions(
            REACTIONS[self.win[0]], REACTIONS[self.gain[0]], STRATEGIES[self.win[1]], STRATEGIES[self.gain[1]]
        )

    def record(self) -> dict[str, Any]:
        limits = self.limits
        return {
            "selection": self.selection.record(), "segments": [one.record() for one in self.segments],
            "with_unconfirmed": self.with_unconfirmed, "win": list(self.win), "gain": list(self.gain),
            "limits": [limits.worse_share_max, limits.worse_lines_max, limits.later_days_max, limits.later_times_max],
            "asks_rules": self.asks_rules,
        }  # fmt: skip

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Settings":
        return cls(
            Filter.of(record["selection"]), tuple(SegmentDraft.of(one) for one in record["segments"]),
            record["with_unconfirmed"], tuple(record["win"]), tuple(record["gain"]), Limits(*record["limits"]),
            record.get("asks_rules", False),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """A variant as a person writes it. `at` is the time of the company's day at which it is simulated by itself."""

    company_id: int
    name: str
    settings: Settings
    rhythm: str = Rhythm.NEVER
    at: time | None = None
    applies_itself: bool = False

    def check(self) -> None:
        """Refuse what cannot be, all of it at once, by field and row (the segments are the rows)."""
        wrong: list[BusinessError] = [*self._head()]
        if not self.settings.segments:
            wrong.append(
                WrongVariant(Sentence("A variant needs a segment. Add one, with a strategy."), field="segments")
            )
        if len(self.settings.segments) > SEGMENTS_MAX:
            said = Sentence("Enter at most %(most)s segments.", most=SEGMENTS_MAX)
            wrong.append(WrongVariant(said, field="segments"))
        for row, one in enumerate(self.settings.segments, 1):
            wrong += _segment(one, row)
        if wrong:
            raise Refusals(wrong) if len(wrong) > 1 else wrong[0]

    def _head(self) -> list[BusinessError]:
        found: list[BusinessError] = []
        name = self.name.strip()
        if not name or len(name) > NAME_MAX:
            said = Sentence("Enter a name of at most %(most)s characters.", most=NAME_MAX)
            found.append(WrongVariant(said, field="name"))
        if self.rhythm not in (Rhythm.NEVER, Rhythm.HOURLY) and self.at is None:
            found.append(WrongVariant(Sentence("Enter the time of day at which it runs."), field="at"))
        if self.applies_itself and self.rhythm == Rhythm.NEVER:
            said = Sentence("What runs by nobody cannot apply itself. Choose how often it runs.")
            found.append(WrongVariant(said, field="rhythm"))
        limits = self.settings.limits
        if limits.worse_share_max is not None and not 0 <= limits.worse_share_max <= WHOLE:
            found.append(WrongVariant(Sentence("Enter a share from 0 to 100 percent."), field="worse_share_max"))
        found += [*_refused(self.settings.selection.check), *_refused(lambda: self.settings.reactions)]
        return found


def _segment(one: SegmentDraft, row: int) -> list[BusinessError]:
    found: list[BusinessError] = []
    if not one.name.strip() or len(one.name) > NAME_MAX:
        said = Sentence("Enter a name of at most %(most)s characters.", most=NAME_MAX)
        found.append(WrongVariant(said, field="name", row=row))
    if one.strategy not in STRATEGIES:
        said = Sentence("Choose a strategy: %(known)s.", known=", ".join(STRATEGIES))
        found.append(WrongVariant(said, field="strategy", row=row))
    if len(set(one.sort)) < len(one.sort) or len(one.sort) > SORTS_MAX or not set(one.sort) <= set(Sort):
        said = Sentence("Choose at most %(most)s criteria, each once.", most=SORTS_MAX)
        found.append(WrongVariant(said, field="sort", row=row))
    return [*found, *_refused(lambda: one.filter.check(row=row))]


def _refused(check: Any) -> Sequence[BusinessError]:
    try:
        check()
    except BusinessError as refusal:
        return (refusal,)
    return ()

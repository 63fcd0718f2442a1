"""What a run comes to by segment: lines confirmed and on time, before and after, and how many gain and lose."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class SegmentSum:
    """Lines of a segment. `full` are confirmed in all of their quantity, `on_time` of these for the day wished.

    `late_days` are the days that the last deliveries of full lines lie behind the wish, all together. `missed` are
    those that could not have what the strategy guarantees.
    """

    lines: int = 0
    full_before: int = 0
    full_after: int = 0
    on_time_before: int = 0
    on_time_after: int = 0
    late_days_before: int = 0
    late_days_after: int = 0
    better: int = 0
    worse: int = 0
    mixed: int = 0
    basis: int = 0
    missed: int = 0

    @property
    def same(self) -> int:
        return self.lines - self.better - self.worse - self.mixed

    def add(self, other: "SegmentSum") -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)

    def record(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "SegmentSum":
        return cls(**record)


@dataclass(slots=True)
class Summary:
    """The sums by segment, and what took no part: by reason, and what no segment fits. `dropped` lost goods for good.

    `aborted` are keys that an exception left as they were.
    """

    segments: list[SegmentSum]
    frozen: dict[str, int]
    unsorted: int = 0
    dropped: int = 0
    aborted: int = 0

    @classmethod
    def empty(cls, segments: int) -> "Summary":
        return cls([SegmentSum() for _ in range(segments)], {})

    def add(self, other: "Summary") -> None:
        for own, more in zip(self.segments, other.segments, strict=True):
            own.add(more)
        for reason, count in other.frozen.items():
            self.frozen[reason] = self.frozen.get(reason, 0) + count
        self.unsorted += other.unsorted
        self.dropped += other.dropped
        self.aborted += other.aborted

    @property
    def whole(self) -> SegmentSum:
        total = SegmentSum()
        for one in self.segments:
            total.add(one)
        return total

    def record(self) -> dict[str, Any]:
        return {
            "segments": [one.record() for one in self.segments], "frozen": self.frozen, "unsorted": self.unsorted,
            "dropped": self.dropped, "aborted": self.aborted,
        }  # fmt: skip

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Summary":
        if not record:
            return cls.empty(0)
        return cls(
            [SegmentSum.of(one) for one in record["segments"]], dict(record["frozen"]), record["unsorted"],
            record["dropped"], record["aborted"],
        )  # fmt: skip

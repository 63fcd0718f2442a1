"""The board: time on the x axis, one axis style, and always the table of the same figures below it.

| drawn | is |
| --- | --- |
| grey area | what lies there and is expected to, at the end of each day |
| bar upwards, blue | what comes in on a day |
| bar downwards, amber | what goes out on a day |
| dark line | what of it is free |

The zero line and the line of the first day, which is today unless the board names it otherwise, are always there, the
unit is named; `marks` stand on their days as dotted lines with a word. Other `keys` say what else is drawn. Drawn on
the server in attributes only, so it needs no script, no inline style and no library; a long horizon is drawn by weeks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.platform.web import formats
from troth.platform.web.markup import html, joined
from troth.platform.web.values import Text

WIDTH, HEIGHT = 960, 264
LEFT, RIGHT, TOP, BOTTOM = 72, 16, 20, 28
SHORTEST_DAYS, LONGEST_DAYS = 21, 371
MOST_COLUMNS = 124
"""More days than this are drawn by weeks."""
WEEK = 7
LABELS = 8


@dataclass(frozen=True, slots=True)
class BoardDay:
    """A day on which something changes: `supply` and `demand` not negative, the rest at its end."""

    on: date
    supply: int
    demand: int
    balance: int
    free: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A day that has a name on the board."""

    on: date
    word: str


KEYS = (
    ("stock", _("stock and what is expected")),
    ("supply", _("supply, upwards")),
    ("demand", _("demand, downwards")),
    ("free", _("free to promise")),
)


@dataclass(frozen=True, slots=True)
class Board:
    """`days` rise; figures count 10^-decimals of `unit`. `title` is read aloud instead of the picture. It begins on
    `today`, which is called `first_day`; `keys` are the parts that are drawn, with their words."""

    title: str
    today: date
    days: Sequence[BoardDay]
    unit: str
    decimals: int = 0
    marks: Sequence[Mark] = ()
    first_day: str = ""
    keys: Sequence[tuple[str, Text]] = KEYS


@dataclass(frozen=True, slots=True)
class _Scale:
    board: Board
    columns: Sequence[BoardDay]
    span: int
    low: int
    high: int
    step: int

    @property
    def width(self) -> float:
        return (WIDTH - LEFT - RIGHT) / len(self.columns)

    def x(self, column: float) -> float:
        return round(LEFT + column * self.width, 1)

    def y(self, value: int) -> float:
        return round(TOP + (self.high - value) * (HEIGHT - TOP - BOTTOM) / (self.high - self.low), 1)


def columns(board: Board) -> tuple[list[BoardDay], int]:
    """One column a day from today on, or a week where there are many; and how many days a column stands for."""
    last = max([one.on for one in board.days] + [one.on for one in board.marks], default=board.today)
    length = min(max((last - board.today).days + WEEK, SHORTEST_DAYS), LONGEST_DAYS)
    span = 1 if length <= MOST_COLUMNS else WEEK
    return list(_filled(board, length, span)), span


def _filled(board: Board, length: int, span: int) -> Iterator[BoardDay]:
    """What moved within each column, and what stood at its end; balances carry on over days without change."""
    waiting = sorted(board.days, key=lambda one: one.on)
    balance = free = 0
    for start in range(0, length, span):
        first = board.today + timedelta(days=start)
        supply = demand = 0
        while waiting and waiting[0].on < first + timedelta(days=span):
            one = waiting.pop(0)
            supply, demand, balance, free = supply + one.supply, demand + one.demand, one.balance, one.free
        yield BoardDay(first, supply, demand, balance, free)


def _scale(board: Board) -> _Scale:
    found, span = columns(board)
    most = max((max(one.supply, one.balance, one.free) for one in found), default=0)
    least = min(0, *(min(-one.demand, one.balance, one.free) for one in found))
    step = _step(max(most, 1) - least)
    return _Scale(board, found, span, least // step * step, -(-max(most, 1) // step) * step, step)


def _step(reach: int) -> int:
    """A round step that divides the reach into about four."""
    step = 1
    while True:
        for round_one in (step, 2 * step, 5 * step):
            if reach <= 4 * round_one:
                return round_one
        step *= 10


def svg(board: Board) -> SafeString:
    scale = _scale(board)
    drawn = (_grid, _area, _bars, _zero, _line, _days, _marks, _today)
    return html(
        '<svg class="board" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<text class="board-unit" x="{}" y="12" text-anchor="end">{}</text>{}</svg>',
        WIDTH,
        HEIGHT,
        board.title,
        LEFT - 8,
        board.unit,
        joined("{}", ((draw(scale),) for draw in drawn)),
    )


def _grid(scale: _Scale) -> SafeString:
    values = range(scale.low, scale.high + 1, scale.step)
    return joined(
        '<line class="board-grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (LEFT, WIDTH - RIGHT, scale.y(v), scale.y(v), LEFT - 8, scale.y(v) + 4,
             formats.number(v, scale.board.decimals))
            for v in values
        ),
    )  # fmt: skip


def _path(scale: _Scale, value: Callable[[BoardDay], int]) -> str:
    """A line that stays level over a column and steps at its end."""
    steps = (f"H{scale.x(n)} V{scale.y(value(one))}" for n, one in enumerate(scale.columns))
    return f"M{LEFT} {scale.y(value(scale.columns[0]))} {' '.join(steps)} H{scale.x(len(scale.columns))}"


def _area(scale: _Scale) -> SafeString:
    zero = scale.y(0)
    outline = _path(scale, lambda one: one.balance).removeprefix("M")
    return html('<path class="board-stock" d="M{} {} L{} V{} Z"/>', LEFT, zero, outline, zero)


def _line(scale: _Scale) -> SafeString:
    return html('<path class="board-free" d="{}"/>', _path(scale, lambda one: one.free))


def _bars(scale: _Scale) -> SafeString:
    return joined("{}", ((bar,) for n, one in enumerate(scale.columns) for bar in _bar(scale, n, one)))


def _bar(scale: _Scale, column: int, one: BoardDay) -> Iterator[SafeString]:
    """Supply up on the left half of its column, demand down on the right half."""
    half = scale.width / 2
    width = round(max(min(half, 9), 2), 1)
    middle = scale.x(column) + half
    for kind, value, left in (("supply", one.supply, middle - width), ("demand", -one.demand, middle)):
        if value:
            top, foot = sorted((scale.y(value), scale.y(0)))
            yield html(
                '<rect class="board-{}" x="{}" y="{}" width="{}" height="{}"/>',
                kind, round(left, 1), top, width, round(max(foot - top, 1), 1),
            )  # fmt: skip


def _zero(scale: _Scale) -> SafeString:
    zero = scale.y(0)
    return html('<line class="board-zero" x1="{}" x2="{}" y1="{}" y2="{}"/>', LEFT, WIDTH - RIGHT, zero, zero)


def _days(scale: _Scale) -> SafeString:
    every = max(-(-len(scale.columns) // LABELS), 1)
    if scale.span == 1 and every > 1:
        every = -(-every // WEEK) * WEEK
    return joined(
        '<line class="board-tick" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text x="{0}" y="{3}" text-anchor="middle">{4}</text>',
        (
            (scale.x(n + 0.5), HEIGHT - BOTTOM, HEIGHT - BOTTOM + 4, HEIGHT - 8, formats.short_day(one.on))
            for n, one in enumerate(scale.columns)
            if n % every == 0 and n
        ),
    )


def _today(scale: _Scale) -> SafeString:
    at = scale.x(0.5)
    return html(
        '<line class="board-today" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/><text class="board-now" x="{0}" y="{3}"'
        ' text-anchor="middle">{4}</text>',
        at, TOP - 4, HEIGHT - BOTTOM, HEIGHT - 8, scale.board.first_day or gettext("today"),
    )  # fmt: skip


def _marks(scale: _Scale) -> SafeString:
    """Named days, their words one below the other so that near days stay readable; none before or behind the board."""
    first = scale.board.today
    placed = [(n, one, (one.on - first).days // scale.span) for n, one in enumerate(scale.board.marks)]
    return joined(
        '<line class="board-mark" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<text class="board-now" x="{3}" text-anchor="{4}" y="{5}">{6}</text>',
        (
            (scale.x(at + 0.5), TOP - 4, HEIGHT - BOTTOM, *_beside(scale, at), TOP + 8 + 14 * n, one.word)
            for n, one, at in placed
            if 0 <= at < len(scale.columns)
        ),
    )  # fmt: skip


def _beside(scale: _Scale, column: int) -> tuple[float, str]:
    """Where the word of a line stands: right of it, in the right half of the board left of it."""
    at, is_left = scale.x(column + 0.5), column < len(scale.columns) / 2
    return round(at + (4 if is_left else -4), 1), "start" if is_left else "end"

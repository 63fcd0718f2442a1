"""What runs, strategies and changes are called, and the rule behind a change in one sentence."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.backorders.models import Change, Run
from troth.business.backorders.states import (
    KEPT_FOR_OTHERS,
    SHARED,
    ChangeState,
    Frozen,
    KeyState,
    Kind,
    Left,
    Only,
    Rhythm,
    RunState,
    Serving,
    Sort,
    Verdict,
)
from troth.business.promising.rules.explain import of_kept, of_quota, of_share
from troth.kernel.backorder import Raised
from troth.kernel.calendars import day_of
from troth.kernel.quantity import format_quantity
from troth.kernel.scopes import Event
from troth.platform.web.language import worded
from troth.platform.web.values import Status, Text

STATES = {
    RunState.SIMULATING: Status(_("Being simulated"), "going"),
    RunState.SIMULATED: Status(_("Simulated"), "waiting"),
    RunState.APPROVED: Status(_("Approved"), "waiting"),
    RunState.APPLYING: Status(_("Being applied"), "going"),
    RunState.APPLIED: Status(_("Applied"), "done"),
    RunState.UNDOING: Status(_("Being undone"), "going"),
    RunState.UNDONE: Status(_("Undone"), "draft"),
    RunState.DISCARDED: Status(_("Discarded"), "draft"),
    RunState.FAILED: Status(_("Failed"), "stopped"),
    RunState.STALE: Status(_("Out of date"), "stopped"),
}
IN_PART = Status(_("Undone in part"), "waiting")
NOT_RESTORED = Status(_("Nothing restored"), "stopped")
VERDICTS = {
    Verdict.BETTER: Status(_("Better"), "done"),
    Verdict.WORSE: Status(_("Worse"), "stopped"),
    Verdict.MIXED: Status(_("Better and worse"), "waiting"),
    Verdict.BASIS: Status(_("Same dates"), "draft"),
}
CHANGES = {
    ChangeState.OPEN: Status(_("Proposed"), "waiting"),
    ChangeState.APPLIED: Status(_("Applied"), "done"),
    ChangeState.MOVED: Status(_("Moved since"), "stopped"),
    ChangeState.KEPT: Status(_("Left as it is"), "stopped"),
}
SERVING = {
    Serving.OPEN: Status(_("Proposed"), "waiting"),
    Serving.APPLIED: Status(_("Applied"), "done"),
    Serving.MOVED: Status(_("Moved since"), "stopped"),
    Serving.UNDONE: Status(_("Undone"), "draft"),
    Serving.KEPT: Status(_("Left as it is"), "stopped"),
}
KEYS = {
    KeyState.OPEN: Status(_("Proposed"), "waiting"),
    KeyState.APPLIED: Status(_("Applied"), "done"),
    KeyState.MOVED: Status(_("Moved since"), "stopped"),
    KeyState.ABORTED: Status(_("Left as it was"), "stopped"),
}
STRATEGIES: dict[str, Text] = {
    "win": _("Win"), "gain": _("Gain"), "improve": _("Improve"), "redistribute": _("Redistribute"),
    "share": _("Fair share"), "fill": _("Fill"), "lose": _("Lose"), "skip": _("Skip"),
}  # fmt: skip
MEANINGS: dict[str, Text] = {
    "win": _("Gets all of it on the wished day, before all others."),
    "gain": _("Keeps at least what it has, and may get more or earlier."),
    "improve": _("Keeps what Win and Gain leave of it, and may get more or earlier. The usual choice."),
    "redistribute": _("Gives everything back and gets what is left, by rank. May gain and may lose."),
    "share": _(
        "Gives everything back; what is left goes to all lines of the segment in proportion to what they ask for."
    ),
    "fill": _("Keeps what the others leave of it, and gets nothing more."),
    "lose": _("Gives everything back."),
    "skip": _("Takes no part and keeps what it has."),
}
REACTIONS: dict[str, Text] = {
    "fallback": _("Treat the line by another strategy"),
    "abort_key": _("Leave the product at the site as it is"),
    "abort_run": _("Stop the run"),
}
SORTS: dict[str, Text] = {
    Sort.PRIORITY: _("Delivery priority"), Sort.REQUESTED: _("Wished date, the earliest first"),
    Sort.ENTERED: _("First entered"), Sort.VALUE: _("Value, the highest first"),
    Sort.SMALLEST: _("Quantity, the smallest first"), Sort.PROMISED: _("Promised date, the earliest first"),
}  # fmt: skip
ONLY: dict[str, Text] = {
    Only.ALL: _("All lines"), Only.UNCONFIRMED: _("Not confirmed in full"), Only.LATE: _("Late or not confirmed"),
    Only.ON_TIME: _("Confirmed on time"),
}  # fmt: skip
EVENTS: dict[str, Text] = {Event.ORDER: _("Orders"), Event.RUSH: _("Rush orders")}
"""What order types are checked as."""
RHYTHMS: dict[str, Text] = {
    Rhythm.NEVER: _("Only when asked"), Rhythm.HOURLY: _("Every hour"), Rhythm.DAILY: _("Every day"),
    Rhythm.WORKDAYS: _("Monday to Friday"), Rhythm.WEEKLY: _("Every Monday"),
}  # fmt: skip
FROZEN: dict[str, Text] = {
    Frozen.FIXED: _("Quantity and date are fixed"),
    Frozen.TOGETHER: _("Arrives together with something that takes no part"),
    Frozen.LINKED: _("Arrives together or shares a quota with lines of too many other products"),
    Frozen.HELD: _("A block keeps it from being confirmed"),
    Frozen.SCOPE: _("Checked by another scope than the product's"),
    Frozen.CLOSED: _("The site is closed"),
    Frozen.EXPIRING: _("Goods are kept in batches, and more than their life decides who may have them"),
    Frozen.RATIONED: _("A quota or supply protection holds, but it was promised too long ago to know whose it is"),
    Frozen.PROTECTED: _("One storage location serves it, and supply protection holds for its product"),
    Frozen.EXCEEDED: _("More is promised of its quota than it allows; it keeps what it has"),
    Frozen.PLANNED: _("One storage location serves it, and planned or unreleased goods count for the product"),
    Frozen.SHORT: _("Its storage location lacks goods for lines that keep what they have"),
    Frozen.DISPLACED: _("Runs made it later as often as the variant allows"),
    Frozen.LIMITED: _("A least shipment, a latest day or whole packages were agreed for it"),
}

_RULES: dict[tuple[str, str], Text] = {
    ("win", "better"): _("Win: the line gets all of it on the wished day, before all others."),
    ("win", "mixed"): _("Win: all of it comes on the wished day, in one delivery."),
    ("win", "worse"): _("Win: all of it comes on the wished day, in one delivery."),
    ("gain", "better"): _("Gain: the line kept what it had and got more, which was free or which others gave up."),
    ("improve", "better"): _(
        "Improve: the line kept what it had and got more, which was free or which others gave up."
    ),
    ("improve", "mixed"): _(
        "Improve: part of what it had is gone to Win or Gain or not there any more; it got others."
    ),
    ("improve", "worse"): _("Improve: what it had went to Win or Gain, or is not there any more."),
    ("redistribute", "better"): _("Redistribute: by its rank the line comes before those who had the goods."),
    ("redistribute", "mixed"): _("Redistribute: by its rank the line gets part of it earlier and part of it later."),
    ("redistribute", "worse"): _("Redistribute: others come before it, by strategy or by rank."),
    ("share", "better"): _("Fair share: others of the segment had more than their share."),
    ("share", "mixed"): _("Fair share: the line has part of its share earlier and part of it later."),
    ("share", "worse"): _("Fair share: the line had more than its share, or others come before its segment."),
    ("fill", "worse"): _("Fill: others took of what it had; it gets nothing in its place."),
    ("lose", "worse"): _("Lose: the line gives everything back."),
}
UNDONE = _("Restored as it was before the run.")
KEPT = _("Left as it is: it was promised otherwise since, or its earlier goods are gone.")
LEFT: dict[str, Text] = {
    Left.ENDED: _("Left as it is: the line was cancelled or rejected since."),
    Left.SINCE: _("Left as it is: it was promised otherwise or delivered since."),
    Left.GONE: _("Left as it is: its earlier goods are promised to others by now, or not there any more."),
    Left.QUOTA: _("Left as it is: its quota does not leave it what it had."),
    Left.PROTECTED: _("Left as it is: what it had is protected for others by now."),
    Left.TOGETHER: _("Left as it is: it arrives together with a line that was left."),
}
PASSED = _("Redistribute: its day has passed; it gets the next one on which its goods can leave.")
SAME = _("The dates stay; the goods come from another supply.")
REBOOKED = _("The promise stays; it uses another period of its quota, because others come before it in its own.")


def rule_of(change: Change, run: Run) -> str:
    """Why a line came to what it came, in one or two sentences in the reader's language."""
    if run.kind == Kind.UNDO:
        return str(LEFT.get(change.left_because, KEPT) if change.state == ChangeState.KEPT else UNDONE)
    if change.served:
        return gettext("Rule %(rule)s: other goods serve what the run leaves short or late.") % {
            "rule": change.served["rule"]
        }
    if change.old == change.new:
        return str(REBOOKED)
    today = day_of(run.simulated_at.date()) if run.simulated_at else 0
    # Days lie together with their quantities: a line all of whose days are past has nothing that could be kept.
    is_past = bool(change.old) and change.old[-1][1] < today and change.verdict == Verdict.WORSE
    if is_past and change.strategy == "redistribute" and change.new:
        return str(PASSED)
    return rule(change.strategy, change.verdict, change.raised)


def limit_of(change: Change) -> str:
    """The quota that keeps a line from having more or earlier, or what is protected for others, and what its fair share
    was of, in the reader's language; "" where nothing does."""
    if not change.quota:
        return ""

    def amount(quantity: int) -> str:
        unit = change.product.base_unit
        return format_quantity(quantity, unit.decimals, unit.code)

    kept, share = change.quota.get(KEPT_FOR_OTHERS), change.quota.get(SHARED)
    said = [of_share(share, sum(row[0] for row in change.new), change.wanted, amount)] if share else []
    if kept is not None:
        said.append(of_kept(kept, amount))
    elif "cell" in change.quota:
        said.append(of_quota(change.quota, amount))
    return " ".join(worded(one) for one in said if one is not None)


def rule(strategy: str, verdict: str, raised: int) -> str:
    """The rule of a strategy behind a verdict, and what could not be kept."""
    missed = []
    if raised & Raised.WIN_MISSED:
        missed.append(gettext("There is not enough to give it all of it on the wished day."))
    if raised & Raised.FLOOR_MISSED:
        missed.append(gettext("What it had is not there any more."))
    if missed:
        missed.append(gettext("It was treated as %(strategy)s instead.") % {"strategy": STRATEGIES[strategy]})
    return " ".join([*missed, str(_RULES.get((strategy, verdict), SAME))])

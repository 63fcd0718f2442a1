"""The verbs of credit.

| module | verbs |
| --- | --- |
| `claim` | inner: claim credit for an order, move the claim on to delivery and invoice, give it back |
| `check` | inner: may this be delivered, may these goods leave |
| `again` | judge again what waits once less is owed; `fallen` tells that it is |
| `bring` | credit accounts as rows of a file |
| `ratings` | what outside sources say of payers, from a file or fetched |
| `keep` | the credit manager keeps a document blocked, whatever is paid |
| `release` | actions of the credit manager: release a block, let goods leave, set a limit |
"""

from troth.business.credit.actions.again import JudgedAgain, judge_again
from troth.business.credit.actions.bring import import_accounts
from troth.business.credit.actions.check import (
    Step,
    check_delivery,
    check_goods_issue,
    check_step,
    follow_step,
    refuse_step,
)
from troth.business.credit.actions.claim import (
    Claim,
    Claimed,
    claim,
    claim_all,
    key,
    leave,
    move_back,
    move_to_delivery,
    move_to_invoice,
    note_refusal,
    withdraw,
)
from troth.business.credit.actions.keep import Kept, keep_block
from troth.business.credit.actions.ratings import fetch_ratings, import_ratings
from troth.business.credit.actions.release import (
    LimitSet,
    Released,
    Standing,
    release_block,
    release_goods_issue,
    set_limit,
)
from troth.business.credit.approvals import Bounds
from troth.business.credit.waiting import Ranked, kept_by, ranked_by
from troth.business.credit.waiting import end as end_waiting

__all__ = [
    "Bounds",
    "Claim",
    "Claimed",
    "JudgedAgain",
    "Kept",
    "LimitSet",
    "Ranked",
    "Released",
    "Standing",
    "Step",
    "check_delivery",
    "check_goods_issue",
    "check_step",
    "claim",
    "claim_all",
    "end_waiting",
    "fetch_ratings",
    "follow_step",
    "import_accounts",
    "import_ratings",
    "judge_again",
    "keep_block",
    "kept_by",
    "key",
    "leave",
    "move_back",
    "move_to_delivery",
    "move_to_invoice",
    "note_refusal",
    "ranked_by",
    "refuse_step",
    "release_block",
    "release_goods_issue",
    "set_limit",
    "withdraw",
]

"""The verbs of credit.

| module | verbs |
| --- | --- |
| `claim` | inner: claim credit for an order, move the claim on to delivery and invoice, give it back |
| `check` | inner: may this be delivered, may these goods leave |
| `release` | actions of the credit manager: release a block, let goods leave, set a limit |
"""

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
    move_back,
    move_to_delivery,
    move_to_invoice,
    note_refusal,
    withdraw,
)
from troth.business.credit.actions.release import (
    LimitSet,
    Released,
    Standing,
    release_block,
    release_goods_issue,
    set_limit,
)

__all__ = [
    "Claim",
    "Claimed",
    "LimitSet",
    "Released",
    "Standing",
    "Step",
    "check_delivery",
    "check_goods_issue",
    "check_step",
    "claim",
    "claim_all",
    "follow_step",
    "key",
    "move_back",
    "move_to_delivery",
    "move_to_invoice",
    "note_refusal",
    "refuse_step",
    "release_block",
    "release_goods_issue",
    "set_limit",
    "withdraw",
]

"""What stores may have at most and what is kept for some of them: a quota, a supply protection, and an order they cut.

| kept | for | at work in |
| --- | --- | --- |
| a quota by the week | ML Mountain Pedal: large stores 40, medium 20, small 10 | the first item of the order |
| a supply protection | LL Touring Frame, Blue, 58: 60 for small stores | the second item of the order |
"""

from datetime import timedelta

from troth.business.quotas import actions as quotas
from troth.business.quotas.actions import ProcedureDraft, ProtectionDraft, ReachDraft, SequenceDraft, TargetDraft
from troth.business.sales import actions as sales
from troth.business.sales.rules.drafts import LineDraft, OrderDraft
from troth.doors.demo.dates import next_working_day
from troth.doors.demo.offering import BIKE_STORE, WANTED_IN_DAYS
from troth.doors.demo.organisation import BOTHELL
from troth.doors.demo.play.stage import Stage

PEDAL, FRAME = "PD-M340", "FR-T67U-58"
PROCEDURE = "PEDALS"
A_WEEK = {"large": 40, "medium": 20, "small": 10}
WEEKS = 12
KEPT, KEPT_DAYS = 60, 90
LINES = (LineDraft(product=PEDAL, quantity=60), LineDraft(product=FRAME, quantity=30))


def write_quotas(stage: Stage) -> str:
    """Write the quota and the protection, and enter one order that both cut; return its number."""
    today = stage.dates.today
    procedure = ProcedureDraft(PROCEDURE, "Mountain pedals by size of store", "customer_group", "EA")
    made = quotas.save_procedure(procedure, **stage.acting("master_data"))
    targets = [
        TargetDraft({"customer_group": group}, today + timedelta(weeks=week), quantity)
        for week in range(WEEKS)
        for group, quantity in A_WEEK.items()
    ]
    quotas.set_targets(made.id, targets, **stage.acting("master_data"))
    sequence = SequenceDraft(PROCEDURE, "Mountain pedals", [PROCEDURE], [ReachDraft(today, product=PEDAL)])
    quotas.save_sequence(sequence, **stage.acting("master_data"))
    kept = ProtectionDraft(
        FRAME, BOTHELL, "customer_group", "small", today, today + timedelta(days=KEPT_DAYS), KEPT
    )  # fmt: skip
    quotas.save_protection(kept, **stage.acting("master_data"))
    wanted = next_working_day(today + timedelta(days=WANTED_IN_DAYS))
    draft = OrderDraft(
        customer=stage.stores()[BIKE_STORE], requested_on=wanted, customer_reference="CUT-BY-QUOTA", lines=LINES
    )
    return sales.enter_order(draft, **stage.acting("representative")).number

"""The reversal matrix of docs/reversal-matrix.md, cell by cell up to goods issue, with the books in balance after each.

A cell is a step back against the furthest document that stands: allowed, or refused with the remedy it names.
"""

from pathlib import Path

import pytest

from tests.shipping.conftest import assert_books_hold, footprint
from troth.business.sales import actions as sales
from troth.kernel.errors import BusinessError

STAGES = ("delivery", "shipment", "transfer", "picked", "loading", "issued", "departed", "arrived")
DOCUMENT = Path(__file__).parents[2] / "docs" / "reversal-matrix.md"


def carried_to(yard, stage):
    order, delivery = yard.delivered(FRAME=5)
    found = {"order": order, "delivery": delivery}
    reached = STAGES.index(stage)
    if reached >= 1:
        found["shipment"] = yard.do(
            "create_shipment", site_id=yard.site, planned_on=yard.today, delivery_ids=[delivery.id]
        )
    if reached >= 2:
        found["transfer"] = yard.transfer(delivery)
    if reached >= 3:
        yard.do("confirm_all", transfer_order_id=found["transfer"].id)
    if reached >= 4:
        yard.do("load_shipment", shipment_id=found["shipment"].id)
    if reached >= 5:
        yard.issue(delivery)
    if reached >= 6:
        yard.do("depart_shipment", shipment_id=found["shipment"].id)
    if reached >= 7:
        yard.do("prove_delivery", delivery_id=delivery.id, arrived_on=yard.today)
    return found


def cancel_order(yard, found):
    sales.cancel_order(found["order"].id, reason="customer called", **yard.acting)


def cancel_delivery(yard, found):
    yard.do("cancel_delivery", delivery_id=found["delivery"].id, reason="customer called")


def unassign_delivery(yard, found):
    yard.do("unassign_delivery", delivery_id=found["delivery"].id)


def cancel_shipment(yard, found):
    yard.do("cancel_shipment", shipment_id=found["shipment"].id, reason="no lorry")


def cancel_transfer_order(yard, found):
    yard.do("cancel_transfer_order", transfer_order_id=found["transfer"].id, reason="printer jam")


def undo_pick(yard, found):
    yard.do("undo_pick", transfer_order_id=found["transfer"].id, reason="wrong pallet")


def unload_shipment(yard, found):
    yard.do("unload_shipment", shipment_id=found["shipment"].id)


def reverse_goods_issue(yard, found):
    yard.do("reverse_goods_issue", delivery_id=found["delivery"].id, reason="lorry broke down")


def recall_shipment(yard, found):
    yard.do("recall_shipment", shipment_id=found["shipment"].id, reason="lorry broke down")


def withdraw_proof(yard, found):
    yard.do("withdraw_proof", delivery_id=found["delivery"].id, reason="the wrong delivery")


ALLOWED = ""
MATRIX = {
    cancel_delivery: (ALLOWED, ALLOWED, "later_documents", *["illegal_transition"] * 5),
    unassign_delivery: (None, *[ALLOWED] * 3, *["illegal_transition"] * 4),
    cancel_shipment: (None, *[ALLOWED] * 3, *["illegal_transition"] * 4),
    cancel_transfer_order: (None, None, ALLOWED, *["illegal_transition"] * 5),
    undo_pick: (None, None, "illegal_transition", ALLOWED, *["later_documents"] * 4),
    unload_shipment: (None, *["illegal_transition"] * 3, ALLOWED, "later_documents", *["illegal_transition"] * 2),
    reverse_goods_issue: (*["illegal_transition"] * 5, ALLOWED, *["later_documents"] * 2),
    recall_shipment: (None, *["illegal_transition"] * 5, ALLOWED, "later_documents"),
    withdraw_proof: (*["illegal_transition"] * 5, *["not_proven"] * 2, ALLOWED),
}
CELLS = [
    pytest.param(step, stage, answer, id=f"{step.__name__}-{stage}")
    for step, row in MATRIX.items()
    for stage, answer in zip(STAGES, row, strict=True)
    if answer is not None
]


@pytest.mark.parametrize(("step", "stage", "answer"), CELLS)
def test_a_step_back_is_allowed_or_refused_as_the_matrix_says(yard, step, stage, answer):
    found = carried_to(yard, stage)
    before = footprint()
    if answer == ALLOWED:
        step(yard, found)
        assert footprint() != before
    else:
        with pytest.raises(BusinessError) as refused:
            step(yard, found)
        assert refused.value.code == answer
        assert footprint() == before
    assert_books_hold()


@pytest.mark.parametrize("stage", STAGES)
def test_an_order_that_is_in_a_delivery_is_not_cancelled(yard, stage):
    found = carried_to(yard, stage)
    before = footprint()
    with pytest.raises(BusinessError):
        cancel_order(yard, found)
    assert footprint() == before
    assert_books_hold()


def test_every_step_can_be_taken_back_to_the_order(yard):
    found = carried_to(yard, "arrived")
    for step in (
        withdraw_proof,
        recall_shipment,
        reverse_goods_issue,
        unload_shipment,
        undo_pick,
        cancel_delivery,
        cancel_shipment,
        cancel_order,
    ):
        step(yard, found)
        assert_books_hold()
    assert yard.stock("FRAME") == 20


def test_after_a_reversal_the_way_forward_is_open_again(yard):
    found = carried_to(yard, "issued")
    reverse_goods_issue(yard, found)
    yard.issue(found["delivery"])
    assert yard.stock("FRAME") == 15
    assert_books_hold()


def test_the_document_has_a_row_for_every_step_and_the_same_answer_in_every_cell():
    rows = {}
    section = DOCUMENT.read_text().split("## From order to goods issue")[1].split("\n## ")[0]
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(STAGES) + 1 and cells[0].startswith("`"):
            rows[cells[0].strip("`")] = cells[1:]
    words = {None: "", ALLOWED: "yes", "later_documents": "no", "illegal_transition": "no", "not_proven": "no"}
    for step, row in MATRIX.items():
        assert [cell.split(":")[0] for cell in rows[step.__name__]] == [words[answer] for answer in row], step.__name__

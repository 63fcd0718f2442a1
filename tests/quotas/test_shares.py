"""Targets that are shares of a total: what they come to, what a changed total deals anew, and what is refused (T16)."""

import pytest

from tests.quotas.test_files import as_text, bring, counts, look, stand, taken_out
from troth.business.quotas import actions
from troth.business.quotas.actions import ShareDraft
from troth.business.quotas.models import Cell, Share, Total
from troth.business.quotas.notation import read_target
from troth.kernel.errors import BusinessError, Refusals
from troth.kernel.quantity import Unit
from troth.platform import verify
from troth.platform.actors import SYSTEM


@pytest.fixture
def quota(books):
    return books.procedure()


def targets(**given):
    """The file of targets by region, all for the week of today; `REST` is any other region."""
    rows = "".join(f"{'#' if name == 'REST' else name},2026-03-04,{text}\n" for name, text in given.items())
    return f"region,on,quantity\n{rows}"


def planned(quota):
    return {cell: quantity for cell, _week, quantity in stand(quota)}


def refused(call):
    with pytest.raises(Refusals) as found:
        call()
    return [(one.row, one.code, one.field) for one in found.value.refusals]


def everything_holds():
    return [one.name for one in verify.run() if not one.holds] == []


def test_t16_a_number_is_the_target_as_it_is(books, quota):
    bring(books, quota, targets(NORTH="500"))
    assert planned(quota) == {"NORTH": 500}


def test_t16_a_percentage_of_a_total_leaves_the_rest_to_nobody(books, quota):
    bring(books, quota, targets(NORTH="20 % of 1000"))
    assert planned(quota) == {"NORTH": 200}
    assert everything_holds()


def test_t16_a_ratio_shares_all_of_the_total(books, quota):
    bring(books, quota, targets(NORTH="3 parts of 2000", SOUTH="1 part of 2000"))
    assert planned(quota) == {"NORTH": 1500, "SOUTH": 500}
    assert everything_holds()


def test_a_changed_total_deals_anew_whoever_is_named(books, quota):
    """1 3:1 of 2000; 2 one row says that the total is 1000; 3 a third region joins with four parts."""
    bring(books, quota, targets(NORTH="3 parts of 2000", SOUTH="1 part of 2000"))
    assert counts(bring(books, quota, targets(NORTH="3 parts of 1000"))) == (0, 2, 0)
    assert planned(quota) == {"NORTH": 750, "SOUTH": 250}
    bring(books, quota, targets(EAST="4 parts of 1000"))
    assert planned(quota) == {"NORTH": 375, "SOUTH": 125, "EAST": 500}
    assert everything_holds()


def test_steps_that_rounding_leaves_go_to_the_first_entered(books, quota):
    bring(books, quota, targets(SOUTH="1 part of 100", NORTH="1 part of 100", EAST="1 part of 100"))
    assert planned(quota) == {"SOUTH": 34, "NORTH": 33, "EAST": 33}


def test_other_periods_and_cells_without_a_share_stay(books, quota):
    bring(books, quota, targets(NORTH="50 % of 100", SOUTH="7"))
    bring(books, quota, "region,on,quantity\nNORTH,2026-03-11,50 % of 900\n")
    assert stand(quota) == [("NORTH", 1, 50), ("NORTH", 2, 450), ("SOUTH", 1, 7)]
    assert everything_holds()


def test_a_look_writes_nothing_and_the_same_again_changes_nothing(books, quota):
    text = targets(NORTH="12.5 % of 1000", SOUTH="50 % of 1000")
    assert counts(look(books, quota, text).brought) == (2, 0, 0)
    assert (Total.objects.count(), stand(quota)) == (0, [])
    assert counts(bring(books, quota, text)) == (2, 0, 0)
    assert counts(bring(books, quota, text)) == (0, 0, 2)
    assert planned(quota) == {"NORTH": 125, "SOUTH": 500}


def test_what_goes_out_as_a_file_comes_in_again(books, quota):
    bring(books, quota, targets(NORTH="12.5 % of 1000", SOUTH="50 % of 1000", EAST="4"))
    rows = taken_out(quota)
    assert [row[-1] for row in rows[1:]] == ["4", "12.5 % of 1000", "50 % of 1000"]
    assert counts(bring(books, quota, as_text(rows))) == (0, 0, 3)
    assert everything_holds()


def test_a_quantity_does_not_replace_a_share_until_the_share_is_none(books, quota):
    bring(books, quota, targets(NORTH="3 parts of 2000", SOUTH="1 part of 2000"))
    assert refused(lambda: bring(books, quota, targets(NORTH="900"))) == [(1, "part_of_total", "quantity")]
    assert counts(bring(books, quota, targets(NORTH="1500"))) == (0, 0, 1)

    bring(books, quota, targets(NORTH="0 parts of 2000"))
    assert planned(quota) == {"NORTH": 0, "SOUTH": 2000}
    bring(books, quota, targets(NORTH="900"))
    assert planned(quota) == {"NORTH": 900, "SOUTH": 2000}

    bring(books, quota, targets(SOUTH="0 parts of 2000"))
    assert (planned(quota), Total.objects.count()) == ({"NORTH": 900, "SOUTH": 0}, 0)
    assert everything_holds()


def test_what_the_shares_cannot_be_is_told_by_row(books, quota):
    def told(**given):
        return refused(lambda: bring(books, quota, targets(**given)))

    assert told(NORTH="60 % of 1000", SOUTH="50 % of 1000") == [(2, "shares_past_whole", "quantity")]
    assert told(NORTH="0 parts of 1000", SOUTH="0 parts of 1000") == [(2, "nothing_to_share_by", "quantity")]
    assert told(NORTH="1 part of 1000", SOUTH="1 part of 900") == [(2, "quota_contradiction", "quantity")]
    assert told(NORTH="1 part of 1000", SOUTH="50 % of 1000") == [(2, "quota_contradiction", "quantity")]
    assert told(NORTH="x % of 1000")[0][::2] == (1, "quantity")
    assert told(NORTH="20 % of x")[0][::2] == (1, "quantity")
    bring(books, quota, targets(NORTH="1 part of 1000", SOUTH="1 part of 1000"))
    assert told(NORTH="20 % of 1000") == [(1, "quota_contradiction", "quantity")]
    bring(books, quota, targets(NORTH="20 % of 1000", SOUTH="30 % of 1000"))
    assert planned(quota) == {"NORTH": 200, "SOUTH": 300}
    assert everything_holds()


def test_a_retired_cell_keeps_its_part_and_is_not_brought_back_by_a_changed_total(books, quota):
    bring(books, quota, targets(NORTH="1 part of 1000", SOUTH="1 part of 1000", REST="0"))
    retired = Cell.objects.get(cell="SOUTH")
    actions.retire_cell(retired.pk, by=SYSTEM, clock=books.clock)
    bring(books, quota, targets(NORTH="1 part of 600"))
    retired.refresh_from_db()
    assert (planned(quota)["SOUTH"], retired.is_active) == (300, False)
    assert everything_holds()


def test_verify_sees_a_share_that_is_not_planned_as_what_it_comes_to(books, quota):
    bring(books, quota, targets(NORTH="3 parts of 2000", SOUTH="1 part of 2000"))
    assert everything_holds()
    Share.objects.filter(cell="NORTH").update(share=2)
    assert [one.name for one in verify.run() if not one.holds] == ["quotas: shares"]


def test_shares_are_read_as_people_write_them():
    unit = Unit("EA", 0)
    assert read_target("12", unit) == (12, None)
    for text in ("12.5 % of 1000", "12.5% / 1000", "12.5 % von 1000"):
        assert read_target(text, unit) == (0, ShareDraft("percentage", 1250, 1000))
    for text in ("3 parts of 20", "3 Teile von 20", "3 part/20"):
        assert read_target(text, unit) == (0, ShareDraft("ratio", 3, 20))
    for wrong in ("-5 % of 10", "1.5 parts of 10", "5 % of", "% of 10", "5 % of 1.5", "12.345 % of 10"):
        with pytest.raises(BusinessError) as found:
            read_target(wrong, unit)
        assert found.value.field == "quantity"

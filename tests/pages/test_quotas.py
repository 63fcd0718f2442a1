"""Quotas on the screen: made, planned, tried, looked into, and refused by field."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from troth.business.quotas.models import Cell, Procedure, Protection, Reach
from troth.business.quotas.models import Sequence as SequenceRow
from troth.reference.models import SalesOrganisation, Unit

PROCEDURE = {
    "code": "LAND", "name": "By country", "unit": "piece", "is_active": "yes", "characteristics": ["country"],
    "period": "week", "without_cell": "free", "look_back": "0", "look_ahead": "0", "order": "backward_forward",
    "exhausted": "later",
}  # fmt: skip


def said(answer):
    return re.sub(r"(<[^>]*>|\s)+", " ", answer.content.decode())


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def planner(company, sign_in):
    return sign_in("operations_team")


@pytest.fixture
def quota(planner):
    """FRAME to Germany: 3 in the week of Monday, 4 in the next."""
    planner.post("/quota-procedures/new/", PROCEDURE)
    planner.post(
        "/quota-sequences/new/",
        {"code": "S", "name": "Frames", "procedures": "LAND", "reaches": "FRAME; ; 2026-01-01; ", "is_active": "yes"},
    )
    procedure = Procedure.objects.get()
    planner.post(f"/quota-procedures/{procedure.pk}/cells/plan/", {"targets": "DE; 2026-03-02; 3\nDE;2026-03-09;4"})
    return procedure


def test_a_planner_makes_a_procedure_a_sequence_and_cells(planner, quota):
    assert (quota.code, quota.characteristics, quota.unit_id) == ("LAND", "country", "piece")
    assert Reach.objects.get().product.number == "FRAME"
    [cell] = Cell.objects.all()
    assert (cell.cell, cell.last_period - cell.first_period) == ("DE", 1)

    page = said(planner.get(f"/quota-procedures/{quota.pk}/cells/"))
    assert "country DE" in page
    assert "3 − 0 = 3" in page
    assert "4 − 0 = 4" in page


def test_the_box_says_what_would_be_promised_and_which_cells_say_so(planner, quota, yard):
    page = said(
        planner.get(
            "/quotas/try/",
            {"product": "FRAME", "site": "HAM", "customer": "ALPHA", "quantity": "5", "on": "2026-03-04"},
        )
    )
    assert "3 piece arrive on 4 Mar 2026 from stock" in page
    assert "Quota of country DE in week 10 of 2026 is used up; 4 piece left from 9 Mar 2026." in page
    assert "LAND country DE week 10 of 2026 3 piece 0 piece 3 piece" in page
    free = said(planner.get("/quotas/try/", {"product": "HELMET", "site": "HAM", "quantity": "5", "on": "2026-03-04"}))
    assert "No quota holds for this line." in free


def test_targets_are_changed_on_the_page_of_their_cell(planner, quota):
    cell = Cell.objects.get()
    page = planner.get(f"/quota-cells/{cell.pk}/").content.decode()
    names = re.findall(r'name="(p\d+)"', page)
    answer = planner.post(f"/quota-cells/{cell.pk}/", dict.fromkeys(names, "7"), follow=True)
    assert "targets set." in said(answer)
    assert "7 − 0 = 7" in said(planner.get(f"/quota-procedures/{quota.pk}/cells/"))


def test_shares_of_a_total_are_pasted_shown_and_changed_on_the_page_of_a_cell(planner, quota):
    lines = "DE; 2026-03-16; 75 % of 200\n#; 2026-03-16; 25 % of 200"
    planner.post(f"/quota-procedures/{quota.pk}/cells/plan/", {"targets": lines})
    page = said(planner.get(f"/quota-procedures/{quota.pk}/cells/"))
    assert "150 − 0 = 150 (75 % of 200)" in page
    assert "50 − 0 = 50 (25 % of 200)" in page

    cell = Cell.objects.get(cell="#")
    shown = planner.get(f"/quota-cells/{cell.pk}/").content.decode()
    assert "25 % of 200" in shown
    name = re.search(r'name="(p\d+)"[^>]*value="25 % of 200"', shown).group(1)
    form = dict(re.findall(r'name="(p\d+)"[^>]*value="([^"]*)"', shown))
    planner.post(f"/quota-cells/{cell.pk}/", {**form, name: "25 % of 400"})
    assert "300 − 0 = 300 (75 % of 400)" in said(planner.get(f"/quota-procedures/{quota.pk}/cells/"))

    refused = planner.post(f"/quota-procedures/{quota.pk}/cells/plan/", {"targets": "#; 2026-03-16; 26 % of 400"})
    assert "The percentages exceed a hundred" in said(refused)


def test_what_is_promised_already_is_counted_and_the_page_says_how_much_and_how_far_over(planner, yard):
    yard.order(HELMET=4)
    planner.post("/quota-procedures/new/", PROCEDURE | {"period": "month"})
    reach = {"code": "S", "name": "S", "procedures": "LAND", "reaches": "HELMET; ; 2026-01-01; ", "is_active": "yes"}
    planner.post("/quota-sequences/new/", reach)
    address = f"/quota-procedures/{Procedure.objects.get().pk}/cells/"

    page = said(planner.post(f"{address}plan/", {"targets": "#; 2026-03-02; 3"}, follow=True))

    assert "1 target set. 4 piece that are promised on 1 line were counted." in page
    assert "1 piece of it are over what is planned; nobody loses a promise." in page
    assert "3 − 4 = " in said(planner.get(address))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("XX; 2026-03-02; 3", "There is no country XX"),
        ("DE; 2026-02-02; 3", "This period is over"),
        ("DE; 2026-03-02; -3", "Row 1"),
        ("DE; soon; 3", "soon is no day"),
        ("DE; 3", "has 2 parts, not 3"),
        ("DE; 2026-03-03; 3\nDE; 2026-03-04; 4", "another target for the same period"),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_its_row_and_nothing_is_kept(planner, quota, line, words):
    answer = planner.post(f"/quota-procedures/{quota.pk}/cells/plan/", {"targets": line})
    assert answer.status_code == 422
    assert words in said(answer)
    assert Cell.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "LAND"}, "is taken"),
        ({"code": "B", "characteristics": []}, "This field is required"),
        ({"code": "B", "look_back": "99"}, "Enter 0 to 60 periods"),
    ],
)
def test_a_procedure_that_cannot_be_is_refused_at_its_field(planner, quota, change, words):
    answer = planner.post("/quota-procedures/new/", {**PROCEDURE, **change})
    assert words in said(answer)
    assert Procedure.objects.count() == 1


@pytest.mark.parametrize(
    ("reaches", "words"),
    [
        ("NONE; ; 2026-01-01;", "There is no product NONE"),
        ("FRAME; Frames; 2026-01-01;", "one in a row"),
        ("FRAME; ; 2026-04-01; 2026-03-01", "ends before it begins"),
        ("FRAME; ; 2026-01-01; 2026-02-01", "days that are over"),
        ("FRAME; ; 2026-01-01;", "holds here already by sequence S"),
        ("OIL; ; 2026-01-01;", "counts in piece"),
        ("FRAME", "Write: product"),
    ],
)
def test_a_sequence_that_cannot_be_is_refused_at_its_field(planner, quota, reaches, words):
    sent = {"code": "T", "name": "T", "procedures": "LAND", "reaches": reaches, "is_active": "yes"}
    answer = planner.post("/quota-sequences/new/", sent)
    assert words in said(answer)
    assert SequenceRow.objects.count() == 1


def test_cells_fix_what_tells_them_apart(planner, quota):
    sent = {**PROCEDURE, "characteristics": ["region"], "version": quota.version}
    answer = planner.post(f"/quota-procedures/{quota.pk}/", sent)
    assert "There are cells already" in said(answer)


def test_supply_is_kept_for_a_group_and_shown_with_what_is_left(planner, company):
    sent = {
        "product": "FRAME", "site": "HAM", "characteristic": "customer_group", "value": "dealer", "quantity": "5",
        "first_on": "2026-03-02", "last_on": "2026-03-31", "priority": "", "is_active": "yes",
    }  # fmt: skip
    half = planner.post("/supply-protections/new/", {**sent, "second_characteristic": "channel"})
    assert "Say whom it is kept for" in said(half)
    planner.post("/supply-protections/new/", sent)
    [one] = Protection.objects.all()
    page = said(planner.get("/supply-protections/"))
    assert "FRAME HAM customer group dealer" in page
    twice = planner.post("/supply-protections/new/", sent)
    assert "Something is kept for dealer in this time already" in said(twice)
    other = planner.post("/supply-protections/new/", {**sent, "characteristic": "channel", "value": "nobody"})
    assert "There is no channel nobody" in said(other)
    planner.post(f"/supply-protections/{one.pk}/", {**sent, "quantity": "8", "version": one.version})
    assert "8" in said(planner.get("/supply-protections/"))
    [channel] = SalesOrganisation.objects.values_list("code", flat=True)[:1]
    narrower = {"second_characteristic": "channel", "second_value": channel}
    later = planner.post(
        "/supply-protections/new/", {**sent, **narrower, "first_on": "2026-04-01", "last_on": "2026-04-30"}
    )
    assert "This product is protected here by customer group already" in said(later)
    planner.post("/supply-protections/new/", {**sent, **narrower, "product": "HELMET"})
    assert f"customer group, sales organisation dealer, {channel}" in said(planner.get("/supply-protections/"))


def test_a_cell_is_retired_and_comes_back_and_what_it_is_planned_for_stays(planner, quota):
    cell = Cell.objects.get()
    matrix = f"/quota-procedures/{quota.pk}/cells/"
    address = f"/quota-cells/{cell.pk}/retire/"
    assert "without this one, LAND limits them no more" in said(asked := planner.get(address))
    assert 'name="frees_lines" value="True"' in asked.content.decode()
    unasked = planner.post(address)
    assert unasked.status_code == 422
    assert "Confirm that this is meant" in said(unasked)
    assert Cell.objects.get().is_active
    done = planner.post(address, {"frees_lines": "True"}, follow=True)
    assert "Retired. What was promised is counted where it is now, or keeps what it consumes." in said(done)
    assert f"/quota-cells/{cell.pk}/restore/" in done.content.decode()
    assert "No cells yet" in said(planner.get(matrix))
    assert "country DE (retired)" in said(planner.get(matrix, {"on": "2026-03-02", "retired": "on"}))
    tried = {"product": "FRAME", "site": "HAM", "customer": "ALPHA", "quantity": "5", "on": "2026-03-04"}
    assert "No quota holds for this line." in said(planner.get("/quotas/try/", tried))

    planner.post(f"/quota-cells/{cell.pk}/restore/")
    assert "3 − 0 = 3" in said(planner.get(matrix))
    assert "Quota of country DE" in said(planner.get("/quotas/try/", tried))


def test_a_sequence_is_closed_and_opened_again_unless_another_took_its_place(planner, quota):
    [closed] = SequenceRow.objects.all()
    tried = {"product": "FRAME", "site": "HAM", "customer": "ALPHA", "quantity": "5", "on": "2026-03-04"}
    done = planner.post(f"/quota-sequences/{closed.pk}/deactivate/", follow=True)
    assert f"/quota-sequences/{closed.pk}/activate/" in done.content.decode()
    assert "No quota holds for this line." in said(planner.get("/quotas/try/", tried))
    sent = {"code": "T", "name": "T", "procedures": "LAND", "reaches": "FRAME; ; 2026-01-01;", "is_active": "yes"}
    planner.post("/quota-sequences/new/", sent)
    other = SequenceRow.objects.get(code="T")

    refused = planner.post(f"/quota-sequences/{closed.pk}/activate/", follow=True)
    assert "holds here already by sequence T" in said(refused)

    planner.post(f"/quota-sequences/{other.pk}/deactivate/")
    assert "Active again." in said(planner.post(f"/quota-sequences/{closed.pk}/activate/", follow=True))
    assert "Quota of country DE" in said(planner.get("/quotas/try/", tried))


def test_what_was_made_inactive_can_be_made_active_again(planner, quota):
    address = f"/quota-procedures/{quota.pk}/"
    planner.post(address, {**PROCEDURE, "is_active": "no", "version": quota.version})
    assert not Procedure.objects.get().is_active
    assert "Inactive" in said(planner.get(address))
    planner.post(address, {**PROCEDURE, "version": quota.version + 1})
    assert Procedure.objects.get().is_active


FILE = "country,on,quantity\nDE,2026-03-04,8\nXX,2026-03-04,1\n#,2026-03-04,9\n"


def test_targets_are_brought_in_by_file_after_a_look(planner, quota, yard):
    matrix = f"/quota-procedures/{quota.pk}/cells/"
    address = f"/quota-procedures/{quota.pk}/targets/import/"
    assert f'href="{address}"' in planner.get(matrix).content.decode()
    assert "Import: Targets of By country" in said(planner.get(address))

    looked = planner.post(address, {"file": SimpleUploadedFile("plan.csv", FILE.encode())})
    assert looked.status_code == 422
    page = said(looked)
    assert "One row is refused" in page
    assert "2 country XX There is no country XX. Check how it is written" in page
    assert Cell.objects.count() == 1

    sent = {"content": FILE, "confirmed": "good", "_key": "once"}
    answer = planner.post(address, sent)
    assert answer.headers["Location"] == matrix
    page = said(planner.get(matrix))
    assert "2 targets set." in page
    assert "8 − 0 = 8" in page
    assert "9 − 0 = 9" in page

    again = FILE.replace("XX,2026-03-04,1\n", "")
    assert "All rows are in the books already." in said(planner.post(address, {"content": again}))


def test_targets_go_out_as_the_matrix_shows_them(planner, quota):
    page = planner.get(f"/quota-procedures/{quota.pk}/cells/?on=2026-03-10&q=DE").content.decode()
    [found] = re.findall(rf'href="(/quota-procedures/{quota.pk}/targets.csv[^"]*)"', page)
    file = b"".join(planner.get(found.replace("&amp;", "&")).streaming_content).decode("utf-8-sig")
    assert file.splitlines() == ["country,on,quantity", "DE,2026-03-09,4"]
    empty = planner.get(f"/quota-procedures/{quota.pk}/targets.csv?empty=1")
    assert b"".join(empty.streaming_content).decode("utf-8-sig").splitlines() == ["country,on,quantity"]
    assert planner.get(f"/quota-procedures/{quota.pk}/targets.pdf").status_code == 404


def test_excel_comes_in_as_it_went_out(planner, quota):
    book = b"".join(planner.get(f"/quota-procedures/{quota.pk}/targets.xlsx").streaming_content)
    answer = planner.post(
        f"/quota-procedures/{quota.pk}/targets/import/", {"file": SimpleUploadedFile("plan.xlsx", book)}
    )
    assert answer.status_code == 200
    assert "The same 2 Refused 0" in said(answer)


def test_where_a_file_would_be_too_long_the_matrix_says_so(planner, quota, monkeypatch):
    monkeypatch.setattr("troth.business.quotas.web.files.MOST_ROWS", 1)
    monkeypatch.setattr("troth.business.quotas.files.MOST_ROWS", 1)
    page = planner.get(f"/quota-procedures/{quota.pk}/cells/").content.decode()
    assert "These are 2 targets, and a file has at most 1 rows." in page
    assert "targets.csv" not in page
    assert planner.get(f"/quota-procedures/{quota.pk}/targets.csv").status_code == 409
    later = planner.get(f"/quota-procedures/{quota.pk}/cells/?on=2026-03-09").content.decode()
    assert "targets.csv" in later


def test_a_representative_reads_and_does_not_plan(sign_in, quota):
    rita = sign_in("representative")
    page = rita.get(f"/quota-procedures/{quota.pk}/cells/")
    assert page.status_code == 200
    assert "Set targets" not in said(page)
    assert "targets/import/" not in page.content.decode()
    assert rita.post(f"/quota-procedures/{quota.pk}/targets/import/", {"content": FILE}).status_code == 403
    cell = Cell.objects.get()
    assert "Change targets" not in said(rita.get(f"/quota-cells/{cell.pk}/"))
    assert rita.post(f"/quota-procedures/{quota.pk}/cells/plan/", {"targets": "DE; 2026-03-02; 9"}).status_code == 403
    assert rita.post(f"/quota-cells/{cell.pk}/", {"p1": "9"}).status_code == 403
    assert rita.post(f"/quota-cells/{cell.pk}/retire/").status_code == 403
    [sequence] = SequenceRow.objects.all()
    assert rita.post(f"/quota-sequences/{sequence.pk}/deactivate/").status_code == 403


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_a_target_for_the_end_of_time_is_refused_with_the_last_year_to_plan_for(planner, period):
    planner.post("/quota-procedures/new/", PROCEDURE | {"period": period})
    address = f"/quota-procedures/{Procedure.objects.get().pk}/cells/"
    answer = planner.post(f"{address}plan/", {"targets": "DE; 9999-12-31; 3"})
    assert answer.status_code == 422
    assert "Plan for 2036 at the latest." in said(answer)
    assert not Cell.objects.exists()


def test_the_unit_of_a_procedure_stays_while_a_sequence_assigns_it_to_products(planner):
    planner.post("/quota-procedures/new/", PROCEDURE)
    [made] = Procedure.objects.all()
    reach = {"code": "S", "name": "S", "procedures": "LAND", "reaches": "FRAME; ; 2026-01-01; ", "is_active": "yes"}
    planner.post("/quota-sequences/new/", reach)
    other = Unit.objects.exclude(pk=made.unit_id)[0].code
    sent = {**PROCEDURE, "unit": other, "version": made.version}
    refused = planner.post(f"/quota-procedures/{made.pk}/", sent)
    assert "Sequence S assigns it to products that are counted in piece. Take it out" in said(refused)
    assert Procedure.objects.get().unit_id == "piece"
    SequenceRow.objects.all().delete()
    planner.post(f"/quota-procedures/{made.pk}/", sent)
    assert Procedure.objects.get().unit_id == other


def test_the_availability_page_shows_what_is_kept_and_what_is_free_without_it(planner, sign_in, yard):
    def free(page):
        return re.search(r"Free today (\S+) piece (?:Free today without what is protected (\S+) piece)?", page).groups()

    asked = {"product": "HELMET", "site": "HAM"}
    before, nothing = free(said(planner.get("/availability/", asked)))
    assert nothing is None
    kept = {
        "product": "HELMET", "site": "HAM", "characteristic": "customer_group", "value": "dealer", "quantity": "5",
        "first_on": "2026-03-02", "last_on": "2026-03-31", "priority": "", "is_active": "yes",
    }  # fmt: skip
    planner.post("/supply-protections/new/", kept)
    [one] = Protection.objects.all()
    address = f"/supply-protections/{one.pk}/"

    answer = planner.get("/availability/", asked)

    page = said(answer)
    assert free(page) == (before, str(int(before) - 5))
    assert "customer group dealer – Mon, Mar 2 Tue, Mar 31 5 piece 0 piece 5 piece" in page
    assert address in answer.content.decode()
    tried = planner.get("/quotas/try/", {**asked, "quantity": "999", "on": "2026-03-04"})
    assert f"{int(before) - 5} piece arrive" in said(tried)
    planner.post(address, {**kept, "is_active": "no", "version": one.version})
    assert free(said(planner.get("/availability/", asked))) == (before, None)


@pytest.mark.parametrize("on", ["9999-12-31", "0001-01-01"])
def test_cells_are_not_looked_at_beyond_all_calendars(planner, quota, on):
    answer = planner.get(f"/quota-procedures/{quota.pk}/cells/", {"on": on})
    assert answer.status_code == 200
    assert "Choose a day from 1990 to 2200." in said(answer)
    assert "3 − 0 = 3" in said(answer)

"""Backorder variants by file, a row for each segment: brought in whole, taken out, and brought in again."""

import csv
import io
from datetime import time

import pytest
from django.urls import reverse

from tests.backorders.conftest import BETA_FIRST
from tests.backorders.test_pages import browser
from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.actions.variant_rows import FIELDS
from troth.business.backorders.models import Variant
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import Limits, SegmentDraft
from troth.business.masterdata import imports
from troth.business.masterdata.actions import Brought
from troth.kernel.errors import Refusals
from troth.platform.actors import Actor, Grant
from troth.platform.permissions import NotAllowed

__all__ = ["browser"]

TABLE = "backorder_variants"


def file_of(*rows):
    """A file with all columns; what a row does not say is empty."""
    text = io.StringIO()
    written = csv.DictWriter(text, list(FIELDS), restval="")
    written.writeheader()
    written.writerows(rows)
    return text.getvalue()


@pytest.fixture
def row(desk):
    """A row of the variant Night, with other values where the test says so."""
    company = desk.small.company.code

    def made(segment="All", strategy="improve", **more):
        return {"company": company, "name": "Night", "segment": segment, "strategy": strategy, **more}

    return made


def bring(desk, text, verb=imports.import_file, **more):
    return verb(TABLE, text.encode(), **{**desk.acting, **more})


def look(desk, text):
    return bring(desk, text, imports.preview_file)


def taken_out(desk):
    return "".join(imports.export_file(TABLE, by=desk.planner)).removeprefix("\ufeff")


def night():
    return Variant.objects.get(name="Night")


def test_a_file_of_an_older_shape_gives_what_it_lacks_its_standard(desk, row):
    old = "company,name,segment,strategy,sites\n{company},Night,All,improve,HAM\n".format(**row())
    assert look(desk, old).refusals == ()
    assert bring(desk, old) == Brought(1, 0, 0)
    assert (night().rhythm, night().applies_itself, settings_of(night()).with_unconfirmed) == ("never", False, True)
    assert not settings_of(night()).asks_rules
    assert bring(desk, file_of(row(sites="HAM"))) == Brought(0, 0, 1)
    lacking = look(desk, old.replace("strategy", "").replace("improve", ""))
    assert {one.column for one in lacking.refusals} >= {"strategy"}


def test_a_file_is_looked_at_first_and_then_brought_in_once(desk, row):
    head = {
        "rhythm": "daily",
        "at": "06:30",
        "worse_share_max_basis_points": "2500",
        "later_times_max": "1",
        "selected_sites": "HAM",
    }
    text = file_of(
        row("Beta", "win", customers="BETA", sort="requested; value", wanted_from="-7", only="late", **head),
        row("Others", "redistribute", **head),
    )
    assert look(desk, text).brought == Brought(2, 0, 0)
    assert not Variant.objects.exists()
    assert bring(desk, text, key="once") == Brought(2, 0, 0)
    said = settings_of(night())
    assert said.selection == Filter(sites=("HAM",))
    assert said.segments == (
        SegmentDraft("Beta", "win", Filter(customers=("BETA",), wanted_from=-7, only="late"), ("requested", "value")),
        SegmentDraft("Others", "redistribute", Filter(), ()),
    )
    assert (said.limits, night().at_time, night().version) == (Limits(2500, later_times_max=1), time(6, 30), 1)
    assert night().next_at is not None
    assert bring(desk, text, key="once") == Brought(2, 0, 0)
    assert bring(desk, text) == Brought(0, 0, 2)
    assert bring(desk, file_of(row("Others", "redistribute", **head))) == Brought(0, 1, 0)
    assert ([one.name for one in night().segments.all()], night().version) == (["Others"], 2)


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"company": "NONE"}, "company"),
        ({"strategy": "hope"}, "strategy"),
        ({"sort": "mood"}, "sort"),
        ({"customers": "NOBODY"}, "customers"),
        ({"selected_sites": "HAM; NOWHERE"}, "selected_sites"),
        ({"wanted_from": "soon"}, "wanted_from"),
        ({"wanted_from": "5", "wanted_until": "3"}, "wanted_until"),
        ({"selected_priority_from": "5", "selected_priority_until": "3"}, "selected_priority_until"),
        ({"priority_from": "100"}, "priority_from"),
        ({"rhythm": "daily"}, "at"),
        ({"rhythm": "daily", "at": "25:00"}, "at"),
        ({"applies_itself": "yes"}, "rhythm"),
        ({"worse_share_max_basis_points": "10001"}, "worse_share_max_basis_points"),
        ({"later_times_max": "1001"}, "later_times_max"),
        ({"win_fallback": "win"}, "win_fallback"),
        ({"segment": ""}, "segment"),
    ],
)
def test_each_refusal_names_row_column_and_remedy_and_the_good_rows_come_in(desk, row, wrong, column):
    text = file_of(row(name="Good"), {**row(), **wrong})
    [refused] = look(desk, text).refusals
    assert (refused.row, refused.column) == (2, column)
    assert len(refused.sentence) > 15
    with pytest.raises(Refusals):
        bring(desk, text)
    report = bring(desk, text, imports.import_good_rows)
    assert report.brought == Brought(1, 0, 0)
    assert [one.name for one in Variant.objects.all()] == ["Good"]


@pytest.mark.parametrize(
    ("wrong", "column"),
    [({"strategy": "hope"}, "strategy"), ({"products": "NONE"}, "products"), ({"rhythm": "hourly"}, "rhythm")],
)
def test_the_good_rows_of_a_variant_do_not_come_in_without_the_refused_one(desk, row, wrong, column):
    bring(desk, file_of(row(), row("Last", "fill")))
    report = bring(desk, file_of(row("First", "win"), row("Last", "fill") | wrong), imports.import_good_rows)
    assert report.brought == Brought(0, 0, 0)
    assert [(one.row, one.column) for one in report.refusals] == [(1, "name"), (2, column)]
    assert [one.name for one in night().segments.all()] == ["All", "Last"]


def test_what_was_taken_out_comes_in_again_and_changes_nothing(desk):
    desk.variant(*BETA_FIRST, selection=Filter(sites=("HAM",), priority_until=5, only="late"), limits=Limits(100, 7, 9))
    fills = SegmentDraft("All", "fill", Filter(wanted_from=-3, wanted_until=14))
    desk.variant(fills, name="Later", rhythm="hourly", asks_rules=True)
    text = taken_out(desk)
    assert len(text.splitlines()) == 1 + 3
    assert bring(desk, text) == Brought(0, 0, 3)
    assert taken_out(desk) == text
    kept = {one.name: settings_of(one) for one in Variant.objects.all()}
    Variant.objects.all().delete()
    assert bring(desk, text) == Brought(3, 0, 0)
    assert {one.name: settings_of(one) for one in Variant.objects.all()} == kept


def test_a_variant_that_was_put_away_stays_so(desk, row):
    bring(desk, file_of(row(rhythm="hourly")))
    Variant.objects.update(is_active=False)
    assert bring(desk, file_of(row("Other", rhythm="hourly"))) == Brought(0, 1, 0)
    assert (night().is_active, night().next_at) == (False, None)


def test_who_may_not_share_out_is_refused_the_look_too(desk, row):
    text = file_of(row())
    reader = Actor(user_id=1, name="Rita", grants=(Grant("representative"),))
    elsewhere = Actor(user_id=2, name="Paul", grants=(Grant("operations_team", company_id=999_999),))
    for who in (reader, elsewhere):
        with pytest.raises(NotAllowed):
            bring(desk, text, imports.preview_file, by=who)
    bring(desk, text)
    assert list(imports.export_rows(TABLE, by=elsewhere)[1]) == []


def test_the_page_looks_first_and_brings_in_once(browser, desk, row):
    address = reverse("backorders:file-import", args=[TABLE])
    shown = browser.get(reverse("backorders:variants")).content.decode()
    assert f'href="{address}"' in shown
    assert f'href="/files/{TABLE}.xlsx"' in shown
    text = file_of(row(), row("Beta", "win", name="Wrong", customers="NOBODY"))
    looked = browser.post(address, {"content": text})
    assert looked.status_code == 422
    assert "There is no NOBODY here." in looked.content.decode()
    for _ in range(2):
        answer = browser.post(address, {"content": text, "confirmed": "good", "_key": "once"})
        assert answer.headers["Location"] == reverse("backorders:variants")
    assert (night().version, Variant.objects.count()) == (1, 1)
    assert browser.get("/backorder-files/customers/import/").status_code == 404

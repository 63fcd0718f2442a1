"""The small parts: right figures, right words, nothing unescaped."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from troth.platform.web import flow, parts
from troth.platform.web.columns import Cell, Column
from troth.platform.web.values import (
    Block,
    Card,
    Change,
    FieldChange,
    Link,
    Money,
    Party,
    PromiseLine,
    Quantity,
    Status,
    Step,
    Trace,
    TraceStep,
)

TODAY = date(2026, 11, 23)


def drawn(text, **values):
    return Template("{% load parts %}" + text).render(Context({"today": TODAY, **values}))


def test_quantities_and_money_follow_the_locale():
    with translation.override("en"):
        assert "1,200.500 " in drawn('{% quantity 1200500 3 "kg" %}')
        assert "1,234,567.89 " in drawn('{% money 123456789 "EUR" %}')
    with translation.override("de"):
        assert "1.200,500 " in drawn('{% quantity 1200500 3 "kg" %}')
        assert "1.234.567,89 " in drawn('{% money 123456789 "EUR" %}')


def test_minor_units_follow_the_currency():
    with translation.override("en"):
        assert ">4,711 <" in parts.money(4711, "JPY")
        assert ">-4.711 <" in parts.money(-4711, "KWD")


def test_the_largest_integer_keeps_every_digit():
    with translation.override("en"):
        assert "92,233,720,368,547,758.07" in parts.money(2**63 - 1, "EUR")


def test_a_day_says_its_weekday_and_how_far_off_it_is():
    with translation.override("en"):
        assert drawn("{% day on %}", on=date(2026, 12, 4)) == (
            '<time class="day" datetime="2026-12-04" title="in 11 days">Fri, Dec 4</time>'
        )
        assert 'title="today"' in drawn("{% day on %}", on=TODAY)
        assert ">Fri, Jan 1, 2027<" in drawn("{% day on %}", on=date(2027, 1, 1))
    with translation.override("de"):
        assert ">Fr., 4. Dez.<" in drawn("{% day on %}", on=date(2026, 12, 4))


@pytest.mark.parametrize("tone", ["draft", "waiting", "going", "done", "stopped"])
def test_each_tone_has_its_own_class_beside_the_word(tone):
    assert drawn("{% status_chip one %}", one=Status("Billed", tone)) == (
        f'<span class="chip chip-{tone}"><i class="chip-mark"></i>Billed</span>'
    )


def test_an_unknown_tone_is_a_fault_of_the_page():
    with pytest.raises(ValueError, match="purple"):
        parts.status_chip("Billed", "purple")


def test_names_are_escaped_everywhere():
    bad = "<script>alert(1)</script>"
    pieces = [
        parts.party(Party(bad, bad)),
        parts.status_chip(bad),
        parts.quantity(1, 0, bad),
        drawn("{% card c %}", c=Card(bad, 1, "#")),
        drawn("{% block_banner b %}", b=Block(bad, bad, Step(bad, "#"))),
        parts.trace(Trace(bad, Money(1, "EUR"), ())),
        parts.diff(Change(datetime.now(UTC), bad, bad, (FieldChange(bad, bad, bad),))),
        flow.svg(flow.Flow((flow.Node("a", bad, bad, Status(bad)),), ())),
    ]
    assert [piece for piece in pieces if "<script" in piece] == []
    assert all("&lt;script" in piece for piece in pieces)


def test_a_deadline_turns_when_it_is_near_and_when_it_has_passed():
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    states = [parts.deadline(now + timedelta(hours=h), now).split('"')[1] for h in (30, 2, -1)]
    assert states == ["deadline deadline-far", "deadline deadline-near", "deadline deadline-passed"]


def test_a_promise_line_without_a_date_says_that_nothing_is_confirmed():
    assert "not confirmed" in drawn("{% promise_line line %}", line=PromiseLine(None, Quantity(5, 0, "pc")))


def test_a_trace_shows_the_sum_and_its_parts():
    shown = drawn(
        "{% trace of %}",
        of=Trace(
            "Price",
            Money(900, "EUR"),
            (
                TraceStep("List", Money(1000, "EUR")),
                TraceStep("Discount", Money(-100, "EUR"), "10 %"),
            ),
        ),
    )
    assert [figure in shown for figure in ("9.00", "10.00", "-1.00", "10 %")] == [True] * 4


def test_documents_stand_right_of_all_that_leads_to_them():
    nodes = tuple(flow.Node(key, "Order", key, Status("Open")) for key in "abcd")
    picture = flow.Flow(nodes, (flow.Edge("a", "b"), flow.Edge("b", "d"), flow.Edge("a", "c"), flow.Edge("a", "d")))
    assert flow.columns(picture) == [["a"], ["b", "c"], ["d"]]


def test_a_flow_that_runs_in_a_circle_is_an_invariant_broken():
    nodes = tuple(flow.Node(key, "Order", key, Status("Open")) for key in "ab")
    with pytest.raises(AssertionError, match="circle"):
        flow.columns(flow.Flow(nodes, (flow.Edge("a", "b"), flow.Edge("b", "a"))))


def test_progress_beyond_the_whole_is_an_invariant_broken():
    assert 'max="1000" value="412"' in parts.progress(412, 1000, "Posting")
    with pytest.raises(AssertionError):
        parts.progress(2, 1, "Posting")


def test_a_link_in_the_cell_that_opens_the_row_is_told_as_words_since_links_do_not_stand_in_links():
    column = Column("document", "Order", "link")
    shown = Cell(column, Link("SO-1", "/orders/1/"), "/promises/5/").html()
    assert shown.count("<a ") == 1
    assert 'href="/promises/5/"' in shown
    assert "SO-1" in shown
    assert 'href="/orders/1/"' in Cell(column, Link("SO-1", "/orders/1/")).html()


def test_words_may_stand_where_there_is_no_day():
    column = Column("on", "On", "date")
    assert "not confirmed" in Cell(column, "not confirmed").html()
    assert '<time class="day" datetime="2026-03-03"' in Cell(column, date(2026, 3, 3)).html()

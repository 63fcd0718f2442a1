"""What outside sources say of payers: by file, from a source that is plugged in, shown with its age and source."""

from datetime import timedelta

import pytest

from tests.credit.conftest import CLOCK, MANAGER
from troth.business.credit import actions, jobs, ratings, sources
from troth.business.credit.models import CreditAccount, Rating
from troth.business.masterdata import imports
from troth.kernel.errors import NotFound, Refusals
from troth.platform.actors import SYSTEM, Actor, Grant
from troth.platform.models import Event
from troth.platform.permissions import NotAllowed

CLERK = Actor(user_id=41, name="Cleo", grants=(Grant("receivables_clerk"),))
HEADER = "company,payer,source,rated_on,score,advised_limit,currency,good_until"
TODAY = CLOCK.now().date()


def bring(*rows, by=MANAGER, **values):
    content = "\n".join((HEADER, *rows)).encode()
    return imports.import_file("credit_ratings", content, by=by, clock=CLOCK, **values)


def said(desk, *, source="agency", rated_on=TODAY, score="B2", advised="2500.00", good_until=""):
    company, bikes = desk.world.company.code, desk.world.bikes.party.number
    return f"{company},{bikes},{source},{rated_on},{score},{advised},USD,{good_until}"


def of_bikes(desk):
    return ratings.of_payer(desk.world.company.pk, desk.world.bikes.party_id)


def test_ratings_come_in_and_out_and_the_newest_of_each_source_counts(desk):
    old = TODAY - timedelta(days=30)
    rows = (said(desk, rated_on=old, score="A1"), said(desk), said(desk, source="bureau", score="720", advised=""))
    assert bring(*rows).created == 3
    assert bring(*rows).unchanged == 3
    assert {(one.source, one.score, one.advised_limit) for one in of_bikes(desk)} == {
        ("agency", "B2", 2500_00),
        ("bureau", "720", None),
    }
    out = "".join(imports.export_file("credit_ratings", by=MANAGER)).encode()
    assert imports.import_file("credit_ratings", out, by=MANAGER, clock=CLOCK).unchanged == 3
    assert bring(said(desk, score="C")).changed == 1
    assert Event.objects.filter(kind="credit.rated").count() == 4


def test_what_a_source_said_too_long_ago_is_out_of_date(desk):
    told, silent = TODAY - timedelta(days=10), TODAY - ratings.GOOD_FOR - timedelta(days=1)
    bring(
        said(desk, source="told", rated_on=told, good_until=TODAY - timedelta(days=1)),
        said(desk, source="silent", rated_on=silent),
        said(desk, source="edge", rated_on=silent + timedelta(days=1)),
    )
    stale = {one.source for one in of_bikes(desk) if one.is_stale(TODAY)}
    assert stale == {"told", "silent"}
    assert set(ratings.newest().filter(ratings.stale(TODAY)).values_list("source", flat=True)) == stale


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"rated_on": TODAY + timedelta(days=2)}, "rated_on"),
        ({"rated_on": "soon"}, "rated_on"),
        ({"good_until": TODAY - timedelta(days=1)}, "good_until"),
        ({"advised": "-1"}, "advised_limit"),
        ({"advised": "much"}, "advised_limit"),
        ({"score": "", "advised": ""}, "score"),
        ({"source": ""}, "source"),
    ],
)
def test_a_wrong_row_keeps_the_whole_file_out(desk, changed, field):
    with pytest.raises(Refusals) as refused:
        bring(said(desk, source="good"), said(desk, **changed))
    assert [(one.row, one.field) for one in refused.value.refusals] == [(2, field)]
    assert not Rating.objects.exists()


def test_who_sets_no_limits_brings_nothing_in(desk):
    with pytest.raises(NotAllowed):
        bring(said(desk), by=CLERK)
    with pytest.raises(NotAllowed):
        actions.fetch_ratings("feed", by=CLERK, clock=CLOCK)


@pytest.fixture
def feed(tmp_path, settings, monkeypatch):
    path = tmp_path / "ratings.csv"
    monkeypatch.setattr(settings.ENVIRONMENT, "credit_feed", path)
    return path


def test_the_feed_is_read_every_night(desk, feed):
    assert sources.names() == ("feed",)
    feed.write_text(f"{HEADER}\n{said(desk)}\n", encoding="utf-8")
    assert jobs.fetch(CLOCK) == 1
    assert jobs.fetch(CLOCK) == 0
    assert [one.score for one in of_bikes(desk)] == ["B2"]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"company\na,b\n", b'company\n"a', b"company\nNONE\n"])
def test_a_feed_that_is_broken_takes_nothing_away(desk, feed, content):
    bring(said(desk))
    if content is not None:
        feed.write_bytes(content)
    assert jobs.fetch(CLOCK) == 0
    assert [one.score for one in of_bikes(desk)] == ["B2"]


def test_a_source_of_ones_own_is_plugged_in(desk, monkeypatch):
    class Bureau:
        def ratings(self):
            names = HEADER.split(",")
            return [dict(zip(names, said(desk, source="bureau", score="720").split(","), strict=True))]

    class Entry:
        name = "bureau"

        def load(self):
            return Bureau

    monkeypatch.setattr(sources, "plugged", lambda: (Entry(),))
    assert actions.fetch_ratings("bureau", by=SYSTEM, clock=CLOCK).created == 1
    with pytest.raises(NotFound):
        actions.fetch_ratings("feed", by=MANAGER, clock=CLOCK)


def test_a_rating_alone_changes_no_limit(desk):
    bring(said(desk))
    assert CreditAccount.objects.get(party=desk.world.bikes.party).limit == 1000_00
    assert desk.claim(1500_00).sets_block

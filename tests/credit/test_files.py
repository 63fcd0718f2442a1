"""Credit accounts come in and go out as a file, and what waits on one that changed is judged again."""

from datetime import date

import pytest

from tests.credit.conftest import CLOCK, MANAGER
from troth.business.credit.models import CreditAccount
from troth.business.masterdata import imports
from troth.kernel.errors import Refusals
from troth.platform.actors import Actor, Grant
from troth.platform.models import Event
from troth.platform.outbox import work_outbox
from troth.platform.permissions import NotAllowed

CLERK = Actor(user_id=41, name="Cleo", grants=(Grant("receivables_clerk"),))
HEADER = "company,payer,limit,currency,risk_class,guaranteed,dunning_level,review_on"


def bring(*rows, header=HEADER, by=MANAGER, **values):
    content = "\n".join((header, *rows)).encode()
    return imports.import_file("credit_accounts", content, by=by, clock=CLOCK, **values)


def numbers(desk):
    return desk.world.company.code, desk.world.bikes.party.number, desk.world.wheels.party.number


def test_accounts_come_in_change_and_come_out_as_they_were(desk):
    company, bikes, wheels = numbers(desk)
    rows = (f"{company},{bikes},2000.00,USD,B,50.5,1,2026-06-30", f"{company},{wheels},,,,,,")
    brought = bring(*rows)
    assert (brought.created, brought.changed, brought.unchanged) == (1, 1, 0)
    account = CreditAccount.objects.get(party=desk.world.bikes.party)
    assert (account.limit, account.guaranteed, account.review_on) == (2000_00, 50_50, date(2026, 6, 30))
    assert CreditAccount.objects.get(party=desk.world.wheels.party).limit is None
    again = bring(*rows)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    out = "".join(imports.export_file("credit_accounts", by=MANAGER)).encode()
    assert imports.import_file("credit_accounts", out, by=MANAGER, clock=CLOCK).unchanged == 2
    assert Event.objects.filter(kind="credit.limit_set").count() == 2


def test_a_column_that_is_left_out_stays_as_it_is(desk):
    company, bikes, _ = numbers(desk)
    bring(f"{company},{bikes},3", header="company,payer,dunning_level")
    account = CreditAccount.objects.get(party=desk.world.bikes.party)
    assert (account.limit, account.dunning_level) == (1000_00, 3)


def test_what_waits_is_judged_again(desk):
    desk.claim(1500_00)
    company, bikes, _ = numbers(desk)
    bring(f"{company},{bikes},1500.00", header="company,payer,limit")
    work_outbox()
    assert desk.block_ids() == []


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("NONE,{bikes},1,USD,,,,", "company"),
        ("{company},NOBODY,1,USD,,,,", "payer"),
        ("{company},{bikes},1,EUR,,,,", "currency"),
        ("{company},{bikes},one,USD,,,,", "limit"),
        ("{company},{bikes},-1,USD,,,,", "limit"),
        ("{company},{bikes},1,USD,,-1,,", "guaranteed"),
        ("{company},{bikes},1,USD,,,10,", "dunning_level"),
        ("{company},{wheels},1,USD,,,,", "payer"),
    ],
)
def test_a_wrong_row_keeps_the_whole_file_out(desk, row, field):
    company, bikes, wheels = numbers(desk)
    with pytest.raises(Refusals) as refused:
        bring(f"{company},{wheels},5,,,,,", row.format(company=company, bikes=bikes, wheels=wheels))
    assert [(one.row, one.field) for one in refused.value.refusals] == [(2, field)]
    assert list(CreditAccount.objects.values_list("limit", "version")) == [(1000_00, 1)]


def test_who_may_not_brings_nothing_in_and_a_key_is_good_once(desk):
    company, bikes, _ = numbers(desk)
    row = f"{company},{bikes},5,,,,,"
    with pytest.raises(NotAllowed):
        bring(row, by=CLERK)
    assert bring(row, key="once") == bring(row, key="once")
    assert CreditAccount.objects.get().version == 2

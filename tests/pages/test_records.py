"""The pages of a product and of a customer, and the board with the table of the same figures below it."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.pages.test_lists import body
from troth.business.masterdata.models import CustomerProduct
from troth.doors.web.customer import ages
from troth.ledgers.stock.models import Balance
from troth.platform.web import board
from troth.platform.web.board import Board, BoardDay, Mark

MONDAY = date(2026, 3, 2)


def tabs(page: str) -> list[str]:
    return re.findall(r'hx-get="\?tab=(\w+)"', page)


def test_a_product_shows_its_time_line_where_it_lies_who_holds_it_and_what_is_expected(world, sign_in):
    rita = sign_in("representative")
    address = world.url("/products/{product}/about/")
    page = body(rita.get(address))
    assert tabs(page) == ["time", "stock", "receipts"]
    assert '<svg class="board"' in page
    held = page[page.index("Who holds it") :]
    assert re.findall(r'href="(/orders/\d+/)"', held) == [world.url("/orders/{blocked}/")] * held.count("/orders/")
    stock = body(rita.get(f"{address}?tab=stock"))
    lying = Balance.objects.filter(product_id=world.keys["product"], quantity__gt=0)
    sites = {one.site_id for one in lying}
    # Two heads; the company, its sites with a location each; the bins.
    assert stock.count("<tr>") == 2 + 1 + 2 * len(sites) + lying.count()
    receipts = body(rita.get(f"{address}?tab=receipts"))
    assert world.url('<a href="/receipts/{receipt}/">PO-1</a>') in receipts


def test_the_sites_of_a_product_are_chosen_beside_its_time_line(world, sign_in):
    page = body(sign_in("representative").get(world.url("/products/{product}/about/?tab=time&site=HAM")))
    assert re.search(r'href="\?tab=time&(?:amp;)?site=HAM"[^>]*aria-current="true"', page) or "HAM ·" in page
    assert "Free today" in page


def test_a_tab_is_there_for_who_may_see_what_it_shows(world, sign_in):
    page = body(sign_in("transport_coordinator").get(world.url("/products/{product}/about/")))
    assert tabs(page) == ["time", "stock"]
    page = body(sign_in("warehouse_clerk").get(world.url("/customers/{customer}/about/")))
    assert tabs(page) == ["orders", "deliveries", "issues"]


def test_a_customer_shows_its_documents_and_what_it_owes_by_age(world, sign_in):
    rita = sign_in("representative")
    address = world.url("/customers/{customer}/about/")
    page = body(rita.get(address))
    assert tabs(page) == ["orders", "quotations", "deliveries", "invoices", "owed", "issues"]
    assert world.url('href="/orders/{draft}/"') in page
    assert world.url('href="/orders/{blocked}/"') not in page
    assert world.url('href="/quotations/{quotation}/"') in body(rita.get(f"{address}?tab=quotations"))
    owed = body(rita.get(f"{address}?tab=owed"))
    assert "Open orders" in owed
    assert "Open items by age" in owed
    assert "share of the limit" in owed.lower()


def test_a_customer_shows_its_own_numbers_quantities_and_tolerances(world, company, sign_in):
    rita, address = sign_in("representative"), world.url("/customers/{customer}/about/")
    assert "agreed" not in tabs(body(rita.get(address)))
    CustomerProduct.objects.create(
        customer=company.customers["BETA"], product=company.products["OIL"], number="B-77", minimum_quantity=2500,
        multiple_quantity=500, over_tolerance_basis_points=1000,
    )  # fmt: skip
    assert "agreed" in tabs(body(rita.get(address)))
    words = " ".join(re.sub(r"<[^>]+>", " ", body(rita.get(f"{address}?tab=agreed"))).split())
    assert "B-77 2.500 litre 0.500 litre 10.00 % –" in words
    assert f'href="/products/{company.products["OIL"].pk}/about/"' in body(rita.get(f"{address}?tab=agreed"))


def test_an_issue_stands_on_the_customer_itself(world, sign_in):
    rita = sign_in("representative")
    address = f"/documents/customer/{world.keys['customer']}/issues/new/"
    page = body(rita.get(address))
    [owner] = re.findall(r'<option value="(\d+)" selected>', page)
    entered = {"subject": "Wants another carrier", "owner": owner, "due_on": "2026-03-20"}
    back = rita.post(address, entered)["Location"]
    assert back == world.url("/customers/{customer}/about/?tab=issues")
    assert "Wants another carrier" in body(rita.get(back))


class Open:
    """An open invoice as far as its age needs it."""

    def __init__(self, days: int, amount: int, currency: str = "EUR") -> None:
        self.due_on, self.open, self.currency = MONDAY - timedelta(days=days), amount, currency


def test_open_items_are_summed_by_how_long_they_are_overdue():
    found = [Open(-3, 1), Open(0, 2), Open(1, 4), Open(30, 8), Open(31, 16), Open(60, 32), Open(90, 64), Open(91, 128)]
    columns, rows = ages([*found, Open(5, 7, "USD")], MONDAY)
    assert [[row[c.key].minor if c.key != "currency" else row[c.key] for c in columns] for row in rows] == [
        ["EUR", 3, 12, 48, 64, 128, 255],
        ["USD", 0, 7, 0, 0, 0, 7],
    ]


def drawn(*days: BoardDay) -> Board:
    return Board("Availability of FRAME", MONDAY, days, "pc")


def test_a_board_carries_balances_over_days_without_change():
    friday = MONDAY + timedelta(days=4)
    found, span = board.columns(drawn(BoardDay(MONDAY, 0, 3, 7, 5), BoardDay(friday, 10, 0, 17, 15)))
    assert span == 1
    assert len(found) == board.SHORTEST_DAYS
    assert [(one.supply, one.demand, one.balance, one.free) for one in found[:5]] == [
        (0, 3, 7, 5), (0, 0, 7, 5), (0, 0, 7, 5), (0, 0, 7, 5), (10, 0, 17, 15),
    ]  # fmt: skip


def test_a_long_board_is_drawn_by_weeks_with_what_moved_in_each():
    last = MONDAY + timedelta(days=200)
    found, span = board.columns(
        drawn(
            BoardDay(MONDAY, 1, 0, 1, 1), BoardDay(MONDAY + timedelta(days=6), 2, 0, 3, 3), BoardDay(last, 0, 3, 0, 0)
        )
    )
    assert span == 7
    assert (found[0].supply, found[0].balance, found[1].supply) == (3, 3, 0)
    assert sum(one.demand for one in found) == 3


def test_a_board_names_its_first_day_and_the_days_that_are_marked_and_reaches_as_far():
    marked = replace(
        drawn(BoardDay(MONDAY, 0, 0, 5, 5)),
        first_day="wanted",
        marks=(Mark(MONDAY + timedelta(days=30), "next: purchase order"), Mark(MONDAY - timedelta(days=1), "before")),
    )  # fmt: skip
    found, _span = board.columns(marked)
    assert found[-1].on >= MONDAY + timedelta(days=30)
    picture = str(board.svg(marked))
    assert (picture.count('class="board-mark"'), ">next: purchase order<" in picture) == (1, True)
    assert (">wanted<" in picture, ">today<" in picture, "before" in picture) == (True, False, False)


@pytest.mark.parametrize("days", [(), (BoardDay(MONDAY, 0, 5, -5, -5),), (BoardDay(MONDAY, 9, 0, 9, 9),)])
def test_a_board_draws_the_zero_line_todays_line_and_names_its_unit(days):
    picture = str(board.svg(drawn(*days)))
    assert picture.count('class="board-zero"') == 1
    assert picture.count('class="board-today"') == 1
    assert '<text class="board-unit"' in picture
    assert ">pc</text>" in picture

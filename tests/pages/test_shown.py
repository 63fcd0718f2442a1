"""What lists and forms show: numbers for ids, amounts with their currency, and defaults that fit the company."""

import re

import time_machine

from tests import company as companies
from troth.business.billing import screens as billing
from troth.business.promising import screens as promising
from troth.business.promising.models import Requirement
from troth.business.sales.models import Order
from troth.ledgers.journal.models import Entry
from troth.platform import documents
from troth.platform.actors import SYSTEM
from troth.reference import queries as reference
from troth.reference.models import Company

NOW = "2026-03-02T08:00:00Z"


def rows_of(answer):
    """The words of each row of a list."""
    found = re.findall(r"<tr>.*?</tr>", answer.content.decode(), re.S)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


@time_machine.travel(NOW)
def test_the_journal_names_documents_by_their_numbers(world, sign_in):
    invoices = [entry.source_id for entry in Entry.objects.filter(source_kind="invoice")]
    numbers = documents.numbers({("invoice", key) for key in invoices})
    listed = rows_of(sign_in("billing_clerk").get("/journal/"))
    for number in numbers.values():
        assert any(f"Invoice {number}" in row for row in listed)
    assert len(numbers) == len(set(invoices)) > 1


@time_machine.travel(NOW)
def test_a_credit_block_says_how_far_past_the_limit_in_its_own_column(world, sign_in):
    [row] = rows_of(sign_in("credit_manager").get("/credit/blocked/"))
    assert "100.00 EUR" in row
    assert "past the limit of" not in row


@time_machine.travel(NOW)
def test_a_payment_begins_in_the_currency_of_the_company(world, sign_in):
    form = sign_in("receivables_clerk").get("/payments/new/").context["form"]
    assert form["currency"].value() == Company.objects.order_by("code").first().currency_id


@time_machine.travel(NOW)
def test_a_folded_section_tells_no_raw_value(world, sign_in):
    page = sign_in("representative").get(world.url("/orders/{due}/change/")).content.decode()
    told = re.findall(r'<span class="fold-told">(.*?)</span>', page)
    assert told
    assert not any("false" in one for one in told)


@time_machine.travel(NOW)
def test_the_counts_of_open_invoices_are_those_of_the_list(world, sign_in):
    listed = rows_of(sign_in("receivables_clerk").get("/open-items/"))
    assert billing.open_items(SYSTEM, companies.MONDAY, overdue=False).count == len(listed) == 1
    assert billing.open_items(SYSTEM, companies.MONDAY, overdue=True).count == 0
    later = billing.open_items(SYSTEM, companies.MONDAY.replace(year=2027), overdue=True)
    assert (later.count, later.late) == (1, 1)


@time_machine.travel(NOW)
def test_who_holds_a_product_is_who_has_something_open(world, yard, sign_in):
    product = yard.company.products["GLOVE"].pk
    row = reference.products([product])[product]
    shown = promising.holders(row, yard.site, SYSTEM)["rows"]
    assert [cells[0].value.label for cells in shown] == [Order.objects.get(pk=world.keys["due"]).number]
    yard.deliver(Order.objects.get(pk=world.keys["due"]))
    assert promising.holders(row, yard.site, SYSTEM)["rows"] == []


@time_machine.travel(NOW)
def test_a_history_tells_amounts_days_and_papers_and_keeps_what_goods_cost(world, sign_in):
    payment = words(sign_in("receivables_clerk").get(world.url("/payments/{payment}/?tab=history")))
    assert "Cleared" in payment
    assert "Amount 217.80 EUR" in payment
    assert "Payer" not in payment.partition("History Issues")[2]
    assert "empty" not in payment, "what is told with an event had nothing before it"
    browser = sign_in("representative")
    browser.post(world.url("/papers/print/delivery_note/{delivery}/"))
    delivery = words(browser.get(world.url("/deliveries/{delivery}/?tab=history")))
    assert "Goods issued" in delivery
    assert "Date Mar 2, 2026" in delivery
    assert "Cost" not in delivery


@time_machine.travel(NOW)
def test_an_order_from_a_quotation_without_a_delivery_time_asks_for_the_day(world, sign_in):
    browser, page = sign_in("representative"), world.url("/quotations/{quotation}/order/")
    before = Order.objects.count()
    refused = browser.post(page, {"customer_reference": "PO-1"})
    assert refused.status_code == 422
    assert Order.objects.count() == before
    browser.post(page, {"customer_reference": "PO-1", "requested_on": companies.WEDNESDAY.isoformat()})
    assert Order.objects.latest("pk").state == "submitted"


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_reason_that_looks_like_a_day_and_is_none_stands_in_the_history_as_it_was_written(world, sign_in):
    browser = sign_in("representative")
    browser.post(world.url("/orders/{due}/cancel/"), {"reason": "2026-02-30"})
    answer = browser.get(world.url("/orders/{due}/?tab=history"))
    assert answer.status_code == 200
    assert "2026-02-30" in words(answer)


@time_machine.travel(NOW)
def test_unconfirmed_orders_are_measured_against_none_and_each_line_is_listed(world, yard, sign_in):
    rita, address = sign_in("representative"), "/promises/unconfirmed/"
    before = len(rows_of(rita.get(address)))
    order = yard.order(HELMET=10_000)
    number = Order.objects.get(pk=order.id).number
    page = rita.get(address)
    assert len(rows_of(page)) == before + 1
    assert "The goal is none." in page.content.decode()
    [row] = rows_of(rita.get(f"{address}?q={number}"))
    assert number in row
    assert [number in row for row in rows_of(rita.get(f"{address}?q=HELMET"))].count(True) == 1
    assert rita.get(f"{address}?q=no-such-thing").content.decode().count("Nothing matches") == 1


@time_machine.travel(NOW)
def test_who_waits_for_a_product_stands_beside_who_holds_it(world, yard, sign_in):
    paul = sign_in("production_scheduler")
    address = "/availability/?product=HELMET&site=HAM"
    order = yard.order(HELMET=10_000)
    number = Order.objects.get(pk=order.id).number
    page = paul.get(address).content.decode()
    [waits] = re.findall(r"Who waits for it</h2>(.*?)</section>", page, re.S)
    [row] = [one for one in re.findall(r"<tr.*?</tr>", waits, re.S) if number in one]
    missing = Requirement.objects.get(document_kind="order", document_id=order.id)
    short = missing.quantity - missing.confirmed_quantity
    assert f"{short:,}" in re.sub(r"<[^>]+>", " ", row)
    assert "Who waits for it" not in paul.get("/availability/?product=OIL&site=HAM").content.decode()

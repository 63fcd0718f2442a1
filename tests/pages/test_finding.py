"""A search finds each row that has every word in one of its places, whether the words are rare or common."""

import pytest
from django.db import connection

from troth.business.billing import screens as billing
from troth.business.billing.models import Invoice, InvoiceLine
from troth.business.receivables import screens as receivables
from troth.business.receivables.models import Clearing, Payment
from troth.business.sales import screens as sales
from troth.business.sales.models import Order, OrderLine, Quotation
from troth.business.shipping import screens as shipping
from troth.business.shipping.models import Delivery, DeliveryLine
from troth.platform import finding, sql
from troth.platform.actors import SYSTEM
from troth.platform.web.lists import ListQuery


def sold(row: Order | Quotation) -> tuple[list[str], list[str]]:
    """What a word may be a piece of, and what it may be as a whole."""
    return [row.number, row.customer_reference, row.sold_to.name], [row.sold_to.number]


def shipped(row: Delivery) -> tuple[list[str], list[str]]:
    ordered = OrderLine.objects.filter(pk__in=DeliveryLine.objects.filter(delivery=row).values("order_line_id"))
    return [row.number, row.ship_to.name], [row.ship_to.number, *ordered.values_list("order__number", flat=True)]


def billed(row: Invoice) -> tuple[list[str], list[str]]:
    ordered = OrderLine.objects.filter(pk__in=InvoiceLine.objects.filter(invoice=row).values("order_line_id"))
    return [row.number, row.payer.name], [row.payer.number, *ordered.values_list("order__number", flat=True)]


def paid(row: Payment) -> tuple[list[str], list[str]]:
    cleared = Clearing.objects.filter(payment=row).values_list("invoice_number", flat=True)
    return [row.number, row.payer.name, row.reference], [row.payer.number, *cleared]


LISTS = {
    "orders": (sales.orders, Order, sold),
    "quotations": (sales.quotations, Quotation, sold),
    "deliveries": (shipping.deliveries, Delivery, shipped),
    "invoices": (billing.invoices, Invoice, billed),
    "payments": (receivables.payments, Payment, paid),
}


def has(row, word: str, places) -> bool:
    pieces, wholes = places(row)
    word = word.lower()
    return any(word in piece.lower() for piece in pieces) or any(word == whole.lower() for whole in wholes)


@pytest.fixture
def words(world):
    """Pieces of what there is, in other capitals too, together, and what is nowhere."""
    Order.objects.filter(pk=world.keys["due"]).update(customer_reference="Po 100%_B")
    order, draft = Order.objects.get(pk=world.keys["order"]), Order.objects.get(pk=world.keys["draft"])
    quotation, invoice = Quotation.objects.get(), Invoice.objects.earliest("pk")
    numbers = [order.number, draft.number, quotation.number, invoice.number, Delivery.objects.earliest("pk").number]
    pieces = [piece for number in numbers for piece in (number, number.lower(), number[-3:], number[-2:], number[1:4])]
    name = order.sold_to.name
    return [
        *pieces, "0", "so-", "SO", name.lower(), name[1:4], order.sold_to.number.lower(), "po 100", "0%_b", "%", "_",
        "%%%", f"{order.number[-3:]} {name[:3]}", f"{name} {draft.number}", "nowhere", f"so nowhere {name}",
        Payment.objects.get().number.lower(),
    ]  # fmt: skip


@pytest.mark.parametrize("many", [0, 2, 1_000], ids=["all common", "some of each", "all rare"])
def test_a_search_finds_what_looking_at_each_row_finds(words, many, monkeypatch):
    monkeypatch.setattr(finding, "MANY", many)
    for listed, model, places in LISTS.values():
        rows = list(model.objects.order_by("-pk"))
        found = {}
        for search in words:
            fitting = [row.pk for row in rows if all(has(row, word, places) for word in search.split())]
            assert [row.id for row in listed(ListQuery(SYSTEM, {}, search)).rows] == fitting, (model, search)
            found[search] = len(fitting)
        assert found["nowhere"] == 0
        assert any(found.values())


def test_the_count_of_a_common_word_stops_where_the_word_is_common(words, monkeypatch):
    monkeypatch.setattr(finding, "MANY", 2)
    common = sales.orders(ListQuery(SYSTEM, {}, "so-", limit=1))
    assert (common.count, common.most) == (None, 2)
    rare = sales.orders(ListQuery(SYSTEM, {}, Order.objects.earliest("pk").number, limit=1))
    assert rare.count == 1


def test_a_list_says_over_how_many_it_did_not_count(words, sign_in, monkeypatch):
    monkeypatch.setattr(finding, "MANY", 2)
    monkeypatch.setattr("troth.business.sales.web.lists.OrderList.limit", 1)
    assert '<span class="count" id="list-count">over 2</span>' in sign_in("representative").get(
        "/orders/?q=so-"
    ).content.decode()  # fmt: skip


class Platform:
    label = "platform"


def migrated() -> None:
    finding.index_after_migrate(using="default", app_config=Platform)


def test_an_index_of_pieces_that_is_gone_comes_back_with_the_next_migration(db):
    migrated()
    assert finding.missing() == []
    for name in finding._searched:
        sql.fetch(f"DROP INDEX IF EXISTS {name}")
    gone = list(finding._searched) if connection.vendor == "postgresql" else []
    assert [one.index for one in finding.missing()] == gone
    migrated()
    assert finding.missing() == []


@pytest.fixture
def may_not_create(words):
    """The database user may read and write all tables, and create nothing."""
    if connection.vendor == "postgresql":
        sql.fetch("DROP EXTENSION pg_trgm CASCADE")
        sql.fetch("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        sql.fetch("CREATE ROLE troth_test_reader")
        sql.fetch("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO troth_test_reader")
        sql.fetch("SET LOCAL ROLE troth_test_reader")
    yield words
    if connection.vendor == "postgresql":
        sql.fetch("RESET ROLE")


def test_where_no_extension_may_be_created_troth_goes_on_and_still_finds(may_not_create, sign_in):
    migrated()
    number = Order.objects.earliest("pk").number
    assert [row.number for row in sales.orders(ListQuery(SYSTEM, {}, number)).rows] == [number]
    assert bool(finding.missing()) == (connection.vendor == "postgresql")

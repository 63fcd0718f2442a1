"""Every kind of bad input over every way in: refused by row and field, nothing half saved, safe to repeat.

The cells are fault x way; where a way cannot carry a fault, `NOT_THERE` says why.
"""

import itertools

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import caller, small
from tests.pages.conftest import sign_in
from troth.business.masterdata.models import PriceCondition
from troth.business.sales.models import Order, OrderLine
from troth.ledgers.stock.models import Balance
from troth.platform.models import Event
from troth.reference.models import Product, ProductUnit

__all__ = ["caller", "sign_in", "small"]

FAULTS = (
    "unknown product", "closed site", "unit without conversion", "past date", "huge quantity", "negative quantity",
    "64-bit overflow", "wrong encoding", "duplicate key",
)  # fmt: skip
WAYS = ("form", "API", "CSV")

LINE = {
    "unknown product": ({"product": "HELMUT"}, "product"),
    "closed site": ({"site": "ROT"}, "site"),
    "unit without conversion": ({"unit": "litre"}, "unit"),
    "past date": ({"requested_on": "2026-03-01"}, "requested_on"),
    "huge quantity": ({"quantity": "9" * 26}, "quantity"),
    "negative quantity": ({"quantity": "-3"}, "quantity"),
    "64-bit overflow": ({"quantity": "9223372036854775807", "unit": "box"}, "quantity"),
}
"""What is wrong in the second line of an order, and its field."""

NEW_PRODUCT = {"number": "HELMET", "name": "Another helmet", "base_unit": "piece"}

OPENING = "product,site,bin,quantity\nHELMET,HAM,A-01,1\n"
FILE = {
    "unknown product": ("opening", OPENING + "HELMUT,HAM,A-01,1\n", "Row 2"),
    "closed site": ("opening", OPENING + "HELMET,ROT,A-01,1\n", "Row 2"),
    "unit without conversion": ("products", "number,units\nHELMET,KEG=4\n", "units"),
    "huge quantity": ("opening", OPENING + f"HELMET,HAM,A-01,{'9' * 26}\n", "Row 2"),
    "negative quantity": ("opening", OPENING + "HELMET,HAM,A-01,-1\n", "Row 2"),
    "64-bit overflow": ("opening", OPENING + "OIL,HAM,A-01,9223372036854775807\n", "Row 2"),
    "wrong encoding": ("opening", (OPENING + "Räder,HAM,A-01,1\n").encode("latin-1"), "UTF-8"),
    "duplicate key": ("products", "number,name\nHELMET,One\nHELMET,Two\n", "number"),
}
"""Which file, what it says, and what the refusal names."""


def picture():
    tables = (Order, OrderLine, Product, ProductUnit, PriceCondition, Balance, Event)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.fixture
def send(small, caller, sign_in):
    """`send("form", fault)`: the answer, and the words that must be in it."""
    rot = small.sites["ROT"]
    rot.is_active = False
    rot.save()
    rep, master = caller("representative"), caller("master_data")
    clerk, keeper = sign_in("representative"), sign_in("master_data")
    good = {"product": "HELMET", "quantity": "1", "unit": "piece", "requested_on": "2026-03-11"}

    def by_form(fault):
        if fault == "duplicate key":
            return keeper.post("/products/new/", NEW_PRODUCT), 'href="#id_number"'
        if fault == "wrong encoding":
            sent = b"order_type=standard&_save=1&rows-TOTAL_FORMS=1&rows-INITIAL_FORMS=0&customer=R%E4der"
            answer = clerk.generic("POST", "/orders/new/", sent, content_type="application/x-www-form-urlencoded")
            return answer, "id_customer"
        head = {"customer": "ALPHA", "order_type": "standard", "_save": "1", "rows-TOTAL_FORMS": "2"}
        head |= {"rows-INITIAL_FORMS": "0"}
        wrong, field = LINE[fault]
        rows = (good, {**good, **wrong})
        sent = {f"rows-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
        return clerk.post("/orders/new/", head | sent), f"id_rows-1-{field}"

    def by_api(fault):
        if fault == "duplicate key":
            return master.post("products", NEW_PRODUCT), '"field": "number"'
        if fault == "wrong encoding":
            return rep.send("POST", "orders", '{"customer": "Räder"}'.encode("latin-1"), Idempotency_Key="k"), "UTF-8"
        wrong, field = LINE[fault]
        answer = rep.post("orders", {"customer": "ALPHA", "lines": [good, {**good, **wrong}]})
        return answer, f'"row": 2, "field": "{field}"'

    def by_file(fault):
        kind, text, words = FILE[fault]
        content = text if isinstance(text, bytes) else text.encode()
        if kind == "opening":
            sent = {"rows-TOTAL_FORMS": "0", "rows-INITIAL_FORMS": "0", "_key": f"k{next(_numbers)}"}
            file = SimpleUploadedFile("opening.csv", content, content_type="text/csv")
            return keeper.post("/stock/opening/", {**sent, "file": file}), words
        headers = {"Idempotency_Key": f"k{next(_numbers)}"}
        return master.send("POST", f"imports/{kind}", content, content_type="text/csv", **headers), words

    ways = {"form": by_form, "API": by_api, "CSV": by_file}
    return lambda way, fault: ways[way](fault)


_numbers = itertools.count(1)
NOT_THERE = {
    ("CSV", "past date"): "files bring in what was: prices that began and goods that came in the past are right",
}
CELLS = [cell for cell in itertools.product(WAYS, FAULTS) if cell not in NOT_THERE]


@pytest.mark.parametrize(("way", "fault"), CELLS)
def test_bad_input_is_refused_where_it_stands_and_nothing_of_it_is_saved(send, way, fault):
    before = picture()
    for _ in range(2):
        answer, words = send(way, fault)
        assert answer.status_code in (400, 409, 422), answer.content[:500]
        assert words in answer.content.decode(), answer.content.decode()
        assert picture() == before


def test_every_cell_is_walked():
    assert len(CELLS) + len(NOT_THERE) == len(FAULTS) * len(WAYS)

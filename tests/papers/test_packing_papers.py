"""Handling units on paper: labels with an SSCC that a scanner reads, and the packing list with what is in which."""

import pytest

from tests.papers.conftest import pdf, printed, text_of
from tests.papers.test_shipping_papers import codes_on
from tests.shipping.test_packing import pack, ready_to_pack
from troth.business.shipping import queries as shippings
from troth.platform.printing import queries
from troth.platform.printing.actions import NotOffered
from troth.reference.models import Party, Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def packed(yard, letterhead, beta):
    """A delivery of which two frames and a helmet are in a carton, two helmets on a pallet."""
    _order, delivery, _transfer = ready_to_pack(yard).picked(FRAME=2, HELMET=3)
    pack(yard, delivery, FRAME=2, HELMET=1)
    pack(yard, delivery, "PALLET", HELMET=2)
    return delivery


def test_each_label_carries_the_sscc_of_its_unit_as_a_scanner_reads_it(yard, packed):
    row = printed(yard, "handling_unit_labels", packed.id)
    units = shippings.handling_units([packed.id])
    assert len(pdf(row).pages) == len(units) == 2
    for page, unit in enumerate(units):
        [(text, kind)] = codes_on(row, page)
        assert text in (f"00{unit.number}", f"(00){unit.number}", f"(00) {unit.number}")
        assert "128" in kind
        words = pdf(row).pages[page].extract_text()
        for part in (f"(00) {unit.number}", f"{page + 1} of 2", packed.number, "Beta Fietsen", unit.packaging_name):
            assert part in words


def test_a_label_fits_on_its_page_whatever_is_in_the_unit(yard, letterhead, beta):
    Product.objects.update(name="A product with a name that is rather long, and then some more words " * 2)
    Party.objects.filter(pk=beta).update(name="Vereinigte Fahrradfabriken am Strom " * 3, language="de")
    _order, delivery, _transfer = ready_to_pack(yard).picked(FRAME=1, HELMET=1, GLOVE=1)
    yard.do("pack_all", delivery_id=delivery.id, packaging="PALLET", into_one=True)
    row = printed(yard, "handling_unit_labels", delivery.id)
    assert len(pdf(row).pages) == 1
    [(text, _)] = codes_on(row)
    assert shippings.handling_units([delivery.id])[0].number in text
    assert "1 von 1" in text_of(row)


def test_the_packing_list_says_what_is_in_which_unit_and_is_stale_once_that_changes(yard, packed):
    words = text_of(printed(yard, "packing_list", packed.id))
    first, second = shippings.handling_units([packed.id])
    for part in (
        "In handling unit 1: 2 pc",
        "In handling unit 1: 1 pc",
        "In handling unit 2: 2 pc",
        f"Handling unit 1 {first.number} · Carton · 4.7 kg",
        f"Handling unit 2 {second.number} · Pallet · 20.6 kg",
        "Gross weight 25.3 kg",
    ):
        assert part in words
    note = printed(yard, "delivery_note", packed.id)
    assert "Handling unit" not in text_of(note)
    yard.do("unpack", delivery_id=packed.id, handling_unit_id=second.id)
    shown = {one.paper.code: one.is_stale for one in queries.papers_of("delivery", packed.id, by=yard.acting["by"])}
    assert shown == {"delivery_note": False, "packing_list": True, "handling_unit_labels": False}


def test_what_is_not_packed_has_no_labels(yard, letterhead, beta):
    _order, delivery, _transfer = ready_to_pack(yard).picked(FRAME=1)
    with pytest.raises(NotOffered):
        printed(yard, "handling_unit_labels", delivery.id)

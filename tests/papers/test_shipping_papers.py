"""Pick list, delivery note and packing list; the bar codes are read back by a decoder from the page as it looks."""

import io
import subprocess

import pytest
import zxingcpp
from django.contrib.auth import get_user_model
from django.test import Client
from PIL import Image

from tests import company as companies
from tests.papers.conftest import pdf, plain, printed, text_of
from troth.business.shipping import queries as shippings
from troth.business.shipping.models import Delivery, TransferLine, TransferOrder
from troth.business.shipping.papers.pick_list import bin_code
from troth.business.shipping.rules.readiness import NotReady
from troth.kernel.errors import NotFound
from troth.platform.models import RoleGrant
from troth.platform.permissions import NotAllowed
from troth.platform.printing import queries, typesetting
from troth.platform.printing.actions import NotOffered
from troth.platform.printing.barcodes import NotEncodable, code128
from troth.platform.printing.papers import paper
from troth.reference.models import Party, Product, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def fetching(yard, letterhead, beta):
    """A delivery of two frames and three helmets, and the order to fetch them."""
    _order, delivery = yard.delivered(FRAME=2, HELMET=3)
    return delivery, TransferOrder.objects.get(pk=yard.transfer(delivery).id)


def codes_on(row, page=0):
    """The bar codes on a page, as a scanner reads them: (text, format), each once."""
    made = typesetting.compiler().compile(
        input=str(paper(row.paper).layout), sys_inputs={"content": row.content}, format="png", ppi=200
    )
    pages = made if isinstance(made, list) else [made]
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(pages[page])).convert("L"))
    return sorted({(one.text, str(one.format)) for one in found})


def test_the_bar_codes_of_a_pick_list_are_read_back(yard, fetching):
    _delivery, order = fetching
    row = printed(yard, "pick_list", order.pk)
    [place] = {bin_code(*pair) for pair in TransferLine.objects.values_list("location__code", "bin__code").distinct()}
    kind = codes_on(row)[0][1]
    assert "128" in kind
    assert [text for text, _ in codes_on(row)] == sorted([order.number, place, "FRAME", "HELMET"])


@pytest.mark.parametrize("text", ["TO-000123", "01/A-03", "4711", "x y (z) %/#", "0012345678901234567890"])
def test_any_number_comes_back_as_it_was_encoded(text):
    bars = code128(text)
    picture = Image.new("L", (sum(map(int, bars)) * 3 + 60, 60), 255)
    x = 30
    for place, digit in enumerate(bars):
        if place % 2 == 0:
            picture.paste(0, (x, 5, x + int(digit) * 3, 55))
        x += int(digit) * 3
    [found] = zxingcpp.read_barcodes(picture)
    assert found.text == text


@pytest.mark.parametrize("text", ["", "ж", "中", "a\nb"])
def test_what_has_no_bar_code_is_refused(text):
    with pytest.raises(NotEncodable):
        code128(text)


def test_a_pick_list_says_what_to_fetch_for_whom(yard, fetching):
    delivery, order = fetching
    words = text_of(printed(yard, "pick_list", order.pk))
    for part in (
        f"Pick list {order.number}",
        "Version 1",
        "Goods issue March 3, 2026",
        f"FRAME · For delivery {delivery.number}, item 1",
        f"HELMET · For delivery {delivery.number}, item 2",
        "2 pc",
        "3 pc",
        "Picked by, date",
    ):
        assert part in words, part


def test_a_reprinted_pick_list_names_the_version_it_replaces_and_why(yard, fetching):
    delivery, order = fetching
    printed(yard, "pick_list", order.pk)
    Delivery.objects.filter(pk=delivery.id).update(goods_issue_on=companies.FRIDAY)
    shown = queries.papers_of("transfer_order", order.pk, by=companies.person("warehouse_clerk"))
    assert [(one.paper.code, one.is_stale) for one in shown] == [("pick_list", True)]
    second = printed(yard, "pick_list", order.pk, "the carrier comes later")
    words = text_of(second)
    assert "Version 2, replaces version 1 of March 2, 2026." in words
    assert "Reason: the carrier comes later" in words
    assert "Goods issue March 6, 2026" in words


def test_a_cancelled_transfer_order_has_no_pick_list(yard, fetching):
    _delivery, order = fetching
    yard.do("cancel_transfer_order", transfer_order_id=order.pk, reason="not today")
    with pytest.raises(NotOffered):
        printed(yard, "pick_list", order.pk)


def test_a_long_pick_list_splits_no_line(yard, letterhead, beta):
    Product.objects.filter(number="GLOVE").update(name="Glove with a long name that needs its second line " * 3)
    order = yard.order(**{"GLOVE": 1})
    delivery = yard.deliver(order)
    for _ in range(29):
        yard.deliver(yard.order(GLOVE=1))
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    made = yard.do("create_transfer_order", delivery_ids=ids)
    row = printed(yard, "pick_list", made.id)
    pages = [plain(page.extract_text()) for page in pdf(row).pages]
    assert len(pages) > 2
    assert all("Item Bin Product Quantity Picked" in page for page in pages)
    assert sum(page.count("second line Glove") for page in pages) == 60
    assert delivery.number in pages[0]
    assert {text for text, _ in codes_on(row, len(pages) - 1)} == {"MAIN/A-01", "GLOVE"}


def test_a_number_without_a_bar_code_is_printed_in_words(yard, fetching):
    _delivery, order = fetching
    Product.objects.filter(number="FRAME").update(number="RAHMEN-Ä")
    row = printed(yard, "pick_list", order.pk)
    assert "RAHMEN-Ä" in text_of(row)
    assert {text for text, _ in codes_on(row)} == {order.number, "MAIN/A-01", "HELMET"}


def test_a_delivery_note_names_receiver_goods_and_weight(yard, letterhead, beta):
    Party.objects.filter(pk=beta).update(language="de")
    order, delivery, _transfer = yard.picked(FRAME=2, HELMET=3)
    words = text_of(printed(yard, "delivery_note", delivery.id))
    for part in (
        f"Lieferschein {delivery.number}",
        "Beta Fietsen Kade 7 3011 Rotterdam Niederlande",
        f"Auftrag {order.number}",
        "2 Stk 4,0 kg",
        "3 Stk 0,9 kg",
        "Nettogewicht 4,9 kg",
        "Vollständig und unbeschädigt erhalten",
    ):
        assert part in words, part
    assert "Netto EUR" not in words


def test_a_packing_list_has_weights_and_volumes(yard, letterhead, beta):
    Product.objects.filter(number="FRAME").update(volume_ml=90_000)
    _order, delivery, _transfer = yard.picked(FRAME=2)
    words = text_of(printed(yard, "packing_list", delivery.id))
    for part in (f"Packing list {delivery.number}", "2 pc 4.0 kg 180.0 l", "Volume 180.0 l", "Packed by, date"):
        assert part in words, part


def test_batches_that_were_picked_stand_on_the_delivery_note(yard, letterhead, beta):
    _order, delivery, _transfer = yard.picked(FRAME=2)
    TransferLine.objects.update(batch="B-77")
    assert "Batch B-77: 2 pc" in text_of(printed(yard, "delivery_note", delivery.id))


def test_a_delivery_note_is_out_of_date_once_a_quantity_is_lowered(yard, letterhead, beta):
    _order, delivery = yard.delivered(FRAME=2)
    printed(yard, "delivery_note", delivery.id)
    clerk = companies.person("warehouse_clerk")
    assert not any(one.is_stale for one in queries.papers_of("delivery", delivery.id, by=clerk))
    yard.do("change_delivery", delivery_id=delivery.id, quantities={1: 1})
    assert {one.paper.code: one.is_stale for one in queries.papers_of("delivery", delivery.id, by=clerk)} == {
        "delivery_note": True,
        "packing_list": False,
    }


def test_papers_of_a_site_are_for_those_who_work_there(yard, fetching):
    from troth.platform.actors import Actor, Grant

    _delivery, order = fetching
    row = printed(yard, "pick_list", order.pk)
    elsewhere = Actor(user_id=3, name="Rob", grants=(Grant("warehouse_clerk", None, Site.objects.get(code="ROT").pk),))
    with pytest.raises(NotFound):
        queries.printing(row.pk, by=elsewhere)
    with pytest.raises(NotFound):
        printed(yard, "pick_list", order.pk, "mine", by=elsewhere)
    with pytest.raises(NotAllowed):
        printed(yard, "pick_list", order.pk, "mine", by=companies.person("billing_clerk"))


def test_the_machine_has_no_say_in_fonts(yard, fetching):
    """The same file in a process that sees no fonts of the machine."""
    _delivery, order = fetching
    row = printed(yard, "pick_list", order.pk)
    code = (
        "import sys, hashlib, pathlib; from troth.platform.printing import typesetting;"
        "words = sys.stdin.buffer.read().decode();"
        "print(hashlib.sha256(typesetting.pdf(words, pathlib.Path(sys.argv[1]))).hexdigest())"
    )
    import sys

    done = subprocess.run(
        [sys.executable, "-c", code, str(paper("pick_list").layout)],
        input=row.content.encode(),
        capture_output=True,
        check=True,
        env={"PATH": "", "HOME": "/nonexistent", "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.decode().strip() == row.pdf_hash


@pytest.fixture
def strict(company):
    """Hamburg lets no goods leave without their delivery note."""
    site = Site.objects.get(code="HAM")
    site.papers_before_issue = True
    site.save()
    return site


def lacks(delivery):
    return [str(one.lack) for one in shippings.reasons_of([delivery.id])[delivery.id]]


def test_goods_leave_once_their_delivery_note_is_printed(yard, letterhead, beta, strict):
    _order, delivery, _transfer = yard.picked(FRAME=2)
    with pytest.raises(NotReady, match="The delivery note is not printed yet; print it"):
        yard.issue(delivery)
    printed(yard, "delivery_note", delivery.id)
    assert lacks(delivery) == []
    assert yard.issue(delivery).number == delivery.number


def test_a_site_that_asks_for_no_papers_issues_without(yard, letterhead, beta):
    _order, delivery, _transfer = yard.picked(FRAME=2)
    assert lacks(delivery) == []
    assert yard.issue(delivery).number == delivery.number


def test_a_delivery_note_of_another_quantity_does_not_count(yard, letterhead, beta, strict):
    _order, delivery = yard.delivered(FRAME=3)
    printed(yard, "delivery_note", delivery.id)
    yard.do("change_delivery", delivery_id=delivery.id, quantities={1: 2})
    transfer = yard.transfer(delivery)
    yard.do("confirm_all", transfer_order_id=transfer.id)
    with pytest.raises(NotReady, match="has changed since its delivery note was printed; print it again"):
        yard.issue(delivery)
    printed(yard, "delivery_note", delivery.id)
    assert yard.issue(delivery).number == delivery.number


def test_the_missing_note_is_printed_from_where_it_is_missed(yard, letterhead, beta, strict):
    _order, delivery, _transfer = yard.picked(FRAME=2)
    user = get_user_model().objects.create_user("walter", password="x")
    RoleGrant.objects.create(user=user, role="warehouse_clerk")
    browser = Client()
    browser.force_login(user)
    page = browser.get(f"/deliveries/{delivery.id}/").content.decode()
    assert "The delivery note is not printed yet; print it." in page
    assert f"/papers/delivery_note/{delivery.id}/print/" in page
    browser.post(f"/papers/delivery_note/{delivery.id}/print/")
    assert "not printed yet; print it" not in browser.get(f"/deliveries/{delivery.id}/").content.decode()


def test_the_ready_check_of_many_names_those_without_a_note(yard, letterhead, beta, strict):
    _order, first, _transfer = yard.picked(FRAME=1)
    _order, second, _transfer = yard.picked(HELMET=1)
    printed(yard, "delivery_note", first.id)
    found = {row.id: [str(one.lack) for one in row.reasons] for row in shippings.ready_to_ship(strict.pk)}
    assert found == {first.id: [], second.id: ["papers_not_printed"]}

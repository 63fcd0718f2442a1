"""A hand-held of 390 px: a transfer order is picked from its bar code to its confirmation, by scans and one thumb."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from tests import company as companies
from tests.browser.conftest import signed_in
from tests.shipping.conftest import Yard, assert_books_hold
from troth.business.shipping.models import Delivery, TransferLine, TransferOrder
from troth.platform.models import RoleGrant
from troth.reference.models import Bin

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 390, "height": 844}
THUMB = 44


@pytest.fixture
def yard(transactional_db):
    small = companies.build()
    for product, quantity in (("FRAME", 20), ("HELMET", 50), ("GLOVE", 100)):
        companies.put_in_stock(small, product, quantity)
    return Yard(small)


@pytest.fixture
def order(yard):
    """Two frames, three helmets and four pairs of gloves to fetch, each from a bin of its own."""
    _order, delivery = yard.delivered(FRAME=2, HELMET=3, GLOVE=4)
    made = TransferOrder.objects.get(pk=yard.transfer(delivery).id)
    store = yard.company.bins["HAM"].location
    for line in made.lines.order_by("position"):
        line.bin = Bin.objects.create(location=store, code=f"B-0{line.position}")
        line.save()
    return made


@pytest.fixture
def walter(page: Page, yard):
    page.set_viewport_size(PHONE)
    user = get_user_model().objects.create_user("walter", password="correct horse battery")
    RoleGrant.objects.create(user=user, role="warehouse_clerk")
    return signed_in(page, user)


@pytest.fixture
def handheld(chromium_browser: Browser, live_server, walter: Page):
    """Walter's other devices, which may lose the network or know no scripts."""
    contexts = []

    def another(**more) -> Page:
        state = walter.context.storage_state()
        contexts.append(
            chromium_browser.new_context(
                base_url=live_server.url, viewport=PHONE, locale="en-US", storage_state=state, **more
            )
        )
        return contexts[-1].new_page()

    yield another
    for context in contexts:
        context.close()


def scan(page: Page, code: str) -> None:
    """As a scanner does it: keys, then Enter, wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def wanted(page: Page) -> str:
    """The bin of the line that is shown."""
    return page.locator(".pick-line:visible .pick-bin b").inner_text()


def too_small(page: Page) -> list[str]:
    """What may be touched and is smaller than a thumb, or reaches out of the screen."""
    return page.evaluate(
        """(thumb) => [...document.querySelectorAll("a, button, summary, input, select")]
            .filter((one) => one.checkVisibility() && !one.closest(".skip, .toasts") && one.type !== "hidden")
            .map((one) => [(one.closest("label.check") ?? one).getBoundingClientRect(), one])
            .filter(([box]) => box.width && (box.height < thumb || box.width < thumb || box.right > innerWidth + 1))
            .map(([box, one]) => `${one.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)
            .concat(document.documentElement.scrollWidth > innerWidth ? ["the page scrolls sideways"] : [])""",
        THUMB,
    )


def test_an_order_is_picked_by_scans_to_the_end(walter, order):
    walter.goto("/picking/")
    assert too_small(walter) == []
    scan(walter, order.number)
    expect(walter.locator("h1")).to_have_text(order.number)
    expect(walter.locator("[data-told-progress]")).to_have_text("0 of 3")
    for position, product in enumerate(("FRAME", "HELMET", "GLOVE"), start=1):
        assert wanted(walter) == f"B-0{position}"
        scan(walter, f"MAIN/B-0{position}")
        scan(walter, product)
        expect(walter.locator(".pick-line:visible .pick-tick:visible")).to_have_count(2)
        assert too_small(walter) == []
        scan(walter, "")
    expect(walter.locator("[data-told-progress]")).to_have_text("3 of 3")
    assert too_small(walter) == []
    press(walter, "Confirm pick: 3 positions")
    expect(walter.locator(".toast")).to_contain_text("Pick confirmed, 0 differences.")
    assert not walter.evaluate("Object.keys(localStorage).some((name) => name.startsWith('troth-pick'))")
    assert list(TransferLine.objects.order_by("position").values_list("picked", flat=True)) == [2, 3, 4]
    assert Delivery.objects.get().state == "picked"


def test_a_wrong_scan_is_told_and_changes_nothing(walter, order):
    walter.goto(f"/picking/{order.pk}/")
    for code, told in (
        ("NOTHING", "NOTHING is wrong here. Wanted: bin B-01, product FRAME."),
        ("B-02", "B-02 is the bin of position 2. Wanted here: bin B-01."),
        ("HELMET", "HELMET is the product of position 2. Wanted here: FRAME."),
    ):
        scan(walter, code)
        expect(walter.get_by_role("alert")).to_have_text(told)
    press(walter, "Picked")
    expect(walter.get_by_role("alert")).to_have_text("Scan or type the bin or the product first.")
    assert wanted(walter) == "B-01"
    expect(walter.locator("[data-told-progress]")).to_have_text("0 of 3")
    expect(walter.locator(".pick-tick:visible")).to_have_count(0)
    walter.locator(".pick-line:visible .stepper input").focus()
    scan(walter, "MAIN/B-01")  # a code that comes while the quantity has the focus is no quantity
    expect(walter.locator(".pick-line:visible .stepper input")).to_have_value("2")
    expect(walter.locator(".pick-tick:visible")).to_have_count(1)


def test_a_difference_needs_a_reason_and_goes_to_the_order(walter, order):
    walter.goto(f"/picking/{order.pk}/")
    scan(walter, "B-01")
    press(walter, "One less")
    press(walter, "Picked")
    expect(walter.get_by_role("alert")).to_have_text("Listed are 2 piece. Say why it differs.")
    press(walter, "Damaged")
    press(walter, "Picked")
    for code in ("B-02", "B-03"):
        scan(walter, code)
        press(walter, "Picked")
    expect(walter.locator(".hand-differs")).to_contain_text("1 of 2 piece")
    press(walter, "Confirm pick: 3 positions, 1 differ")
    expect(walter.locator(".toast")).to_contain_text("Pick confirmed, 1 difference.")
    line = TransferLine.objects.get(position=1)
    assert (line.picked, line.difference_reason) == (1, "Damaged")


def test_later_undo_and_change_keep_the_order_of_the_walk(walter, order):
    walter.goto(f"/picking/{order.pk}/")
    press(walter, "Later")
    assert wanted(walter) == "B-02"
    expect(walter.locator("[data-put-off]")).to_have_text("1 put off")
    scan(walter, "B-02")
    press(walter, "Picked")
    press(walter, "Undo the last")
    assert wanted(walter) == "B-02"
    press(walter, "Picked")
    scan(walter, "B-03")
    press(walter, "Picked")
    assert wanted(walter) == "B-01"
    scan(walter, "FRAME")
    press(walter, "Picked")
    press(walter, "Change: Position 3")
    assert wanted(walter) == "B-03"


def test_nothing_picked_is_lost_without_a_network_or_by_a_reload(handheld, order):
    page = handheld()
    page.goto(f"/picking/{order.pk}/")
    scan(page, "B-01")
    press(page, "Picked")
    scan(page, "B-02")
    press(page, "One less")
    press(page, "Damaged")
    page.reload()
    expect(page.locator("[data-notice]")).to_contain_text("What you picked before is back.")
    expect(page.locator("[data-told-progress]")).to_have_text("1 of 3")
    expect(page.locator(".pick-line:visible .stepper input")).to_have_value("2")
    press(page, "Picked")
    scan(page, "B-03")
    press(page, "Picked")
    page.goto("/picking/")
    expect(page.locator("[data-begun]")).to_have_text("3 of 3 picked")
    page.locator("[data-order]").click()
    page.context.set_offline(True)
    press(page, "Confirm pick: 3 positions, 1 differ")
    expect(page.locator("[data-notice]")).to_contain_text("No connection.")
    assert TransferOrder.objects.get().state == "open"
    page.context.set_offline(False)
    press(page, "Confirm pick: 3 positions, 1 differ")
    expect(page.locator(".toast")).to_contain_text("Pick confirmed, 1 difference.")


def test_a_list_that_was_shortened_meanwhile_is_told_and_only_that_line_is_picked_anew(walter, order):
    walter.goto(f"/picking/{order.pk}/")
    for code in ("B-01", "B-02", "B-03"):
        scan(walter, code)
        press(walter, "Picked")
    TransferLine.objects.filter(position=2).update(quantity=2)
    TransferOrder.objects.update(version=2)
    press(walter, "Confirm pick: 3 positions")
    expect(walter.locator("[data-notice]")).to_contain_text("was changed by somebody else after you opened it")
    press(walter, "Load the list again")
    expect(walter.locator("[data-notice]")).to_contain_text("The list has changed since: Position 2")
    expect(walter.locator("[data-told-progress]")).to_have_text("2 of 3")
    assert wanted(walter) == "B-02"


def test_what_was_picked_by_somebody_else_is_told(walter, yard, order):
    yard.do("confirm_all", transfer_order_id=order.pk)
    walter.goto("/picking/")
    expect(walter.locator(".empty")).to_contain_text("Nothing is to be picked")
    scan(walter, order.number.removeprefix("TO-"))
    expect(walter.get_by_role("alert")).to_contain_text(f"{order.number} is picked already.")
    assert_books_hold()


def test_without_scripts_all_positions_are_a_form(handheld, order):
    page = handheld(java_script_enabled=False)
    page.goto(f"/picking/{order.pk}/")
    expect(page.locator(".pick-line")).to_have_count(3)
    page.locator(".stepper input").nth(1).fill("2")
    press(page, "Confirm pick")
    expect(page.locator(".summary")).to_contain_text("Position 2 lacks 1. Say why.")
    page.locator("[name$=-reason]").nth(1).fill("one is broken")
    press(page, "Confirm pick")
    expect(page.locator(".toast")).to_contain_text("Pick confirmed, 1 difference.")
    assert list(TransferLine.objects.order_by("position").values_list("picked", flat=True)) == [2, 2, 4]

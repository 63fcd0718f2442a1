"""Pictures of the main screens: `.venv/bin/python tools/screens.py` writes them into docs/screens.

It builds the demo company in a folder of its own, serves it, signs in as the people of the demo, and takes each screen
in light, dark and on a hand-held. It needs nothing but the development environment and Chromium. With a folder it uses
the demo that stands there already: `tools/screens.py DIR`.
"""

import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests import chromium  # noqa: E402 the folder above is not on the path of a script

WRITTEN = ROOT / "docs" / "screens"
PASSWORD = "troth-demo"  # noqa: S105 everybody's in the demo
BUSY, SCARCE = "BK-M68S-38", "HL-U509"
"""A product that is made and sold every week, and one that is all but sold out."""
CUSTOMER = "AW00000421"
LINES = ((BUSY, "1"), (SCARCE, "6"), ("HL-U509-B", "12"), ("CA-1098", "6"))
MODES = {"light": (1366, 768, "light"), "dark": (1366, 768, "dark"), "handheld": (390, 844, "light")}


@dataclass(frozen=True)
class Screen:
    """A picture: whose it is, what stands under it, and how one comes to it from that person's home."""

    name: str
    person: str
    words: str
    come: Callable[[Page], None]


def area(page: Page, label: str) -> None:
    """By the rail, which is a drawer on a hand-held; what is not the role's own stands folded below it."""
    drawer = page.locator(".bar-drawer")
    if drawer.is_visible():
        drawer.click()
    link = page.locator("#rail").get_by_role("link", name=label, exact=True)
    if not link.is_visible():
        page.locator("#rail summary").click()
    link.click()


def home(page: Page) -> None:
    expect(page.locator(".card").first).to_be_visible()


def orders(page: Page) -> None:
    area(page, "Orders")


def cm1(page: Page) -> None:
    """The order that went from the quotation to the payment; it was played last."""
    area(page, "Orders")
    page.locator("tbody tr", has_text="CM-1").locator(".row-link").click()


def promise(page: Page) -> None:
    """An order of which some is confirmed and some is not."""
    area(page, "Orders")
    page.locator("tbody tr", has_text="Partly confirmed").first.locator(".row-link").click()
    page.get_by_role("link", name="Promise", exact=True).click()
    expect(page.locator("#tab-region [aria-current=page]")).to_have_text("Promise")


def flow(page: Page) -> None:
    cm1(page)
    page.get_by_role("link", name="Flow", exact=True).click()
    expect(page.locator("svg.flow")).to_be_visible()


def availability(page: Page) -> None:
    area(page, "Availability")
    page.fill("[name=product]", BUSY)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("svg.board").first).to_be_visible()


def found(area_label: str, words: str) -> Callable[[Page], None]:
    """A record, searched in its list."""

    def come(page: Page) -> None:
        area(page, area_label)
        page.fill(".find input", words)
        expect(page.locator("tbody .row-link")).to_have_count(1)
        page.locator("tbody .row-link").click()

    return come


def product(page: Page) -> None:
    found("Products", BUSY)(page)
    overview(page)


def customer(page: Page) -> None:
    area(page, "Open items")
    name = page.locator("tbody tr").first.locator(".party-number").inner_text()
    found("Customers", name)(page)
    overview(page)
    page.get_by_role("link", name="Exposure and open items").click()
    expect(page.locator("#tab-region [aria-current=page]")).to_have_text("Exposure and open items")


def overview(page: Page) -> None:
    link = page.get_by_role("link", name="Overview", exact=True)
    if link.count():
        link.click()


def due(page: Page) -> None:
    area(page, "Due for delivery")


def pick(page: Page) -> None:
    """The first list that waits to be picked; where none does, one is made for a delivery."""
    area(page, "Picking")
    if not page.locator(".hand-list a").count():
        area(page, "Deliveries")
        page.get_by_role("link", name="To pick", exact=True).click()
        page.locator("tbody .row-link").nth(1).click()
        page.get_by_role("button", name="Create transfer order").click()
        area(page, "Picking")
    page.locator(".hand-list a").first.click()
    expect(page.locator(".pick-page")).to_be_visible()


def credit(page: Page) -> None:
    area(page, "Credit blocks")


def billing(page: Page) -> None:
    area(page, "Due for billing")


def invoice(page: Page) -> None:
    area(page, "Invoices")
    page.locator("tbody .row-link").first.click()


def command_bar(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("bike", delay=20)
    expect(page.locator("#command-options [role=option]").first).to_be_visible()


def entry(page: Page) -> None:
    """Four lines are typed; of one there is not enough."""
    area(page, "Orders")
    page.get_by_role("link", name="New order").first.click()
    page.fill("[name=customer]", CUSTOMER)
    page.fill("[name=requested_on]", (date.today() + timedelta(days=14)).isoformat())
    for number, (article, quantity) in enumerate(LINES):
        line = page.locator("[data-line]").nth(number)
        line.locator("[data-field=product]").click()
        page.keyboard.type(article)
        page.keyboard.press("Tab")
        line.locator("[data-field=quantity]").fill(quantity)
        page.keyboard.press("Enter")
    expect(page.locator("[data-submit]")).to_contain_text("short", timeout=15_000)
    page.locator("[data-line]").nth(1).locator("[data-field=quantity]").focus()
    page.wait_for_timeout(500)


SCREENS = (
    Screen("01-home", "rita", "The home of a representative: what waits, since when, how much of it is late", home),
    Screen("02-orders", "rita", "The list of orders", orders),
    Screen("04-promise", "rita", "An order: what is promised for when, and what it rests on", promise),
    Screen("05-flow", "rita", "An order: from the quotation to the payment", flow),
    Screen("06-availability", "rita", "Availability day by day, and the table of the same figures", availability),
    Screen("07-product", "rita", "A product", product),
    Screen("08-customer", "rita", "A customer: what is owed, and how old it is", customer),
    Screen("09-due", "tara", "What is due for delivery", due),
    Screen("11-credit", "carla", "The credit desk: how far each is past the limit, and how long it waits", credit),
    Screen("12-billing", "bill", "What is due for billing", billing),
    Screen("13-invoice", "bill", "An invoice", invoice),
    Screen("14-command-bar", "rita", "The command bar: codes, documents, customers, products, actions", command_bar),
    Screen("03-entry", "rita", "Order entry: price, availability and credit while one types; one line is short", entry),
    Screen("10-pick", "walter", "Picking with a hand-held", pick),
)
"""In the order in which they are taken: what writes comes last, so that the other pictures do not change."""


@contextmanager
def demo(folder: str) -> Iterator[str]:
    """The address at which the demo company is served."""
    environment = os.environ | {"TROTH_HOME": folder}
    program = str(Path(sys.executable).with_name("troth"))
    subprocess.run([program, "demo", "--no-serve"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen(
        [program, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/sign-in/")
        yield address
    finally:
        served.terminate()
        served.wait()


def wait_for(address: str) -> None:
    for _ in range(120):
        try:
            urllib.request.urlopen(address, timeout=5)  # noqa: S310 the one above
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The demo company does not answer.")


def signed_in(browser: Browser, address: str, person: str, mode: str) -> Page:
    """The person's home, past the tour."""
    width, height, scheme = MODES[mode]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="en-US",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=username]", person)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{address}/")
    leave = page.get_by_role("button", name="Leave the tour")
    if leave.count():
        leave.click()
        page.wait_for_url(f"{address}/")
    return page


def take(browser: Browser, address: str, screen: Screen, mode: str) -> None:
    page = signed_in(browser, address, screen.person, mode)
    screen.come(page)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").save(WRITTEN / f"{screen.name}-{mode}.png", optimize=True)
    page.context.close()


def written() -> str:
    """The page that shows the pictures."""
    parts = [
        "# Screens\n",
        "The demo company as its people see it, in light, dark and on a hand-held. "
        "`.venv/bin/python tools/screens.py` takes the pictures.\n",
    ]
    for one in sorted(SCREENS, key=lambda screen: screen.name):
        parts.append(f"## {one.words}\n")
        parts.append("| light | dark | hand-held |\n| --- | --- | --- |")
        shown = " | ".join(f"![{one.words}, {mode}]({one.name}-{mode}.png)" for mode in MODES)
        parts.append(f"| {shown} |\n")
    return "\n".join(parts)


def main(folder: str | None) -> None:
    WRITTEN.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as own, demo(folder or own) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        for screen in SCREENS:
            for mode in MODES:
                take(browser, address, screen, mode)
        browser.close()
    (WRITTEN / "README.md").write_text(written(), encoding="utf-8")
    size = sum(picture.stat().st_size for picture in WRITTEN.glob("*.png"))
    print(f"{len(SCREENS) * len(MODES)} pictures, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)

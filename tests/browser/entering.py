"""How a person works in the entry page: signing in, typing, pasting, reading the cells."""

from datetime import date, timedelta

from django.contrib.auth import get_user_model
from playwright.sync_api import Locator, Page

from troth.platform.models import RoleGrant

PASSWORD = "correct horse battery"
ON = "12/"


def sign_in(page: Page, name: str, role: str = "representative") -> Page:
    """Make the person where there is none yet, and sign in."""
    user, is_new = get_user_model().objects.get_or_create(username=name)
    if is_new:
        user.set_password(PASSWORD)
        user.save()
        RoleGrant.objects.create(user=user, role=role)
    page.goto("/sign-in/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def days(ahead: int) -> str:
    """A day as it is typed, so many days from now."""
    return (date.today() + timedelta(days=ahead)).isoformat()


def enter_head(page: Page, kind: str = "orders") -> None:
    page.goto(f"/{kind}/new/")
    page.fill("[name=customer]", "ALPHA")
    page.fill("[name=requested_on]", days(28))


def box(page: Page, row: int, field: str) -> Locator:
    """The cell of a row, counted from 1."""
    return page.locator("[data-line]").nth(row - 1).locator(f"[data-field={field}]")


def values(page: Page, field: str) -> list[str]:
    """What stands in a column."""
    return [one.input_value() for one in page.locator(f"[data-line] [data-field={field}]").all()]


def paste(page: Page, text: str) -> None:
    """Paste text into the cell that has the focus."""
    page.evaluate(
        """text => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )

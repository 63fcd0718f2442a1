"""A person at a real browser. Every page they open must ask only this host, and break no script on the way."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from troth.platform.models import User

SIZE = {"width": 1366, "height": 768}


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    # the driver runs an event loop in this thread; the tests themselves are ordinary code
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium_browser: Browser, live_server) -> Iterator[Page]:
    """An empty page whose addresses are relative to the server; faults and strangers' hosts fail the test."""
    context = chromium_browser.new_context(base_url=live_server.url, viewport=SIZE, locale="en-US")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("console", lambda line: faults.append(f"console: {line.text}") if line.type == "error" else None)
    page.on(
        "request",
        lambda request: None if request.url.startswith(live_server.url) else faults.append(f"asked {request.url}"),
    )
    yield page
    context.close()
    assert faults == []


def signed_in(page: Page, user: User) -> Page:
    """The person's page at home, past the sign-in, which has tests of its own."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": "localhost", "path": "/"}])
    page.goto("/")
    return page

"""No page carries script or style of its own, and each says that the browser may run none: so a stranger's never runs.

Requests to other hosts fail every test in `tests/browser`; `test_accessible.py` there opens all these pages.
"""

from html.parser import HTMLParser

import pytest

from tests.pages.test_rights import PAGES
from troth.platform.permissions import ROLES

NEVER_RUN = {"application/json"}


class Inline(HTMLParser):
    """Notes in `found` what a Content-Security-Policy without exceptions would stop."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") not in NEVER_RUN):
            self.found.append(f"<{tag}> in line {self.getpos()[0]}")
        for name, value in values.items():
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").strip().startswith("javascript:"):
                self.found.append(f"<{tag} {name}={value!r}> in line {self.getpos()[0]}")


def wrong(browser, url):
    """What is wrong with the page at this address."""
    answer = browser.get(url)
    policy = answer.headers.get("Content-Security-Policy", "")
    allowed = [] if "script-src 'self'" in policy and "style-src 'self'" in policy else [f"policy {policy!r}"]
    allowed += [f"policy allows {word}" for word in ("unsafe", "http:", "https:", "*") if word in policy]
    return [f"{url}: {fault}" for fault in (*allowed, *Inline(answer.content.decode()).found)]


def test_no_page_carries_script_or_style_of_its_own(world, sign_in):
    browser = sign_in(*sorted(ROLES))
    faults = [fault for page in (*PAGES, "/no-such-page/") for fault in wrong(browser, world.url(page))]
    assert not faults, "\n".join(faults)


@pytest.mark.django_db
def test_the_pages_for_strangers_and_refusals_carry_none_either(client, sign_in):
    faults = [*wrong(client, "/sign-in/"), *wrong(sign_in(), "/orders/")]
    assert not faults, "\n".join(faults)


def test_what_a_page_may_not_carry_is_found():
    """The control: the parser sees each of them."""
    bad = (
        "<script>x</script>", "<style>x</style>", "<p style='x'>", "<p onclick='x'>", "<a href='javascript:x'>",
        "<p hx-on:click='x'>",
    )  # fmt: skip
    assert [len(Inline(text).found) for text in bad] == [1] * len(bad)
    assert Inline("<script src='/x.js'></script><script type='application/json'>{}</script>").found == []

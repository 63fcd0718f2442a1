"""What a browser fetches for the first page of its life: the page, its styles, its scripts and all that they name.

Each file is compressed by gzip, as a server or the proxy before it does. Fonts are not counted, nor what a chart needs.
"""

import gzip
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

from troth.doors.bench.pages.asking import Browsers
from troth.doors.bench.pages.cases import EVERYBODY, Keys, Request

PAGES = (
    "/",
    "/orders/",
    "/orders/new/",
    "/orders/{order}/",
    "/products/{product}/about/",
    "/transfer-orders/{transfer}/",
)
_LINKED = re.compile(r'(?:href|src)="([^"#?]+\.(?:css|js|svg))[^"]*"')
_NAMED = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']|url\(["']?([^"')]+\.(?:svg|css))""")


def first_loads() -> dict[str, int]:
    """Bytes of each page with everything that it loads, compressed."""
    import random

    browsers, keys, rng = Browsers(), Keys(), random.Random(1)  # noqa: S311 - the same pages every time, not a secret
    found = {}
    for page in PAGES:
        body = browsers.ask(EVERYBODY, Request(keys.fill(page, rng)))
        files = _all_of(set(_LINKED.findall(body.decode())))
        found[page] = _compressed(body) + sum(_compressed(Path(path).read_bytes()) for path in files.values())
    return found


def _all_of(addresses: Iterable[str]) -> dict[str, str]:
    """Address -> path of these files and of those that they name in turn."""
    found: dict[str, str] = {}
    waiting = list(addresses)
    while waiting:
        address = waiting.pop()
        path = finders.find(address.removeprefix("/").removeprefix(settings.STATIC_URL.removeprefix("/")))
        if address in found or path is None:
            continue
        found[address] = str(path)
        if not address.endswith(".svg"):
            named = _NAMED.findall(Path(found[address]).read_text())
            folder = posixpath.dirname(address)
            waiting += [posixpath.normpath(posixpath.join(folder, one or other)) for one, other in named]
    return found


def _compressed(body: bytes) -> int:
    return len(gzip.compress(body, 6))

"""The rail's registry. Each app registers its areas in `AppConfig.ready`; a person sees those they may open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from troth.platform.web.access import may
from troth.platform.web.markup import html
from troth.platform.web.parts import icon
from troth.platform.web.values import Text


@dataclass(frozen=True, slots=True)
class Area:
    """`icon` names a symbol in `static/web/icons.svg`; `permission` may be empty: everybody who is signed in."""

    key: str
    label: Text
    url_name: str
    permission: str = ""
    icon: str = "list"
    order: int = 100


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the rail shows it to one person; what is not their own stands folded away."""

    area: Area
    url: str
    current: bool
    own: bool


FEW = 4
"""Who has fewer areas of their own reads everywhere, as an auditor does: then all of them are."""

_areas: dict[str, Area] = {}
_work: dict[str, tuple[str, ...]] = {}


def register(area: Area) -> None:
    """Add an area. Registering the same one again changes nothing; two areas cannot share a key."""
    known = _areas.setdefault(area.key, area)
    assert known == area, f"two areas are called {area.key}"


def belongs(key: str, *work: str) -> None:
    """Say who has something to do in an area: the holders of one of these permissions; it is their own then.

    An area of which nothing is said belongs to everybody who may open it.
    """
    _work[key] = work


def unregister(key: str) -> None:
    _areas.pop(key, None)


def open_to(may: Callable[[str], bool]) -> list[Area]:
    """The areas that somebody may open, in order."""
    return sorted((a for a in _areas.values() if not a.permission or may(a.permission)), key=lambda a: (a.order, a.key))


def places(request: HttpRequest) -> tuple[Place, ...]:
    """The areas this request's actor may open, in order; the one with the longest matching path is current."""
    open_now = open_to(lambda permission: may(request, permission))
    urls = {area.key: reverse(area.url_name) for area in open_now}
    matching = [
        key for key, url in urls.items() if request.path == url or (url != "/" and request.path.startswith(url))
    ]
    current = max(matching, key=lambda key: len(urls[key]), default=None)
    own = {key for key in urls if key not in _work or any(may(request, work) for work in _work[key])}
    if len(own) < FEW:
        own = set(urls)
    return tuple(Place(area, urls[area.key], area.key == current, area.key in own) for area in open_now)


def drawn(shown: Iterable[Place]) -> SafeString:
    """The entries of the rail; drawn here, because thirty of them on every page cost a template ten times as much."""
    return SafeString("".join([_entry(one) for one in shown]))


def _entry(one: Place) -> SafeString:
    here = SafeString(' aria-current="page"' if one.current else "")
    label = str(one.area.label)
    return html(
        '<li><a href="{}"{} title="{}">{}<span>{}</span></a></li>', one.url, here, label, icon(one.area.icon), label
    )

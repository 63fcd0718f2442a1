"""What surrounds every page: mark, place, search, inbox, user, rail.

The slots are filled by upper apps, which register a callable here; the platform knows neither sites nor work lists.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from troth.platform.models import User
from troth.platform.web import areas
from troth.platform.web.access import actor_of
from troth.platform.web.values import Text

THEMES = ("system", "light", "dark")
RAILS = ("wide", "narrow")


@dataclass(frozen=True, slots=True)
class Inbox:
    """`count_url` answers with the count alone, for a page that stays open."""

    count: int
    url: str
    count_url: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A site in the menu of the bar; the code of all sites is empty."""

    code: str
    label: Text
    current: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Which company and site the person works in, and where else they may; `url` takes the posted `site`."""

    company: Text
    site: Text = ""
    choices: tuple[Choice, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    person: str
    places: tuple[areas.Place, ...]
    place: Place | None
    inbox: Inbox | None
    home_url: str
    search_url: str
    prefer_url: str
    reading_url: str
    sign_out_url: str
    theme: str
    rail: str
    languages: tuple[tuple[str, str], ...]
    help: tuple[Text, ...] = ()

    @property
    def own(self) -> list[areas.Place]:
        """The areas that the person works in."""
        return [place for place in self.places if place.own]

    @property
    def others(self) -> list[areas.Place]:
        """The areas that the person may look into."""
        return [place for place in self.places if not place.own]

    @property
    def elsewhere(self) -> bool:
        """Whether this page is in one of the others."""
        return any(place.current for place in self.others)


_place: list[Callable[[HttpRequest], Place | None]] = []
_help: list[Callable[[HttpRequest], tuple[Text, ...]]] = []
_inbox: list[Callable[[HttpRequest], Inbox | None]] = []


def register_place(slot: Callable[[HttpRequest], Place | None]) -> None:
    """Say which company and site the person works in. The last registered one speaks."""
    _place.append(slot)


def register_help(slot: Callable[[HttpRequest], tuple[Text, ...]]) -> None:
    """Give each screen its help: a few sentences on what it is for. The last registered one speaks."""
    _help.append(slot)


def register_inbox(slot: Callable[[HttpRequest], Inbox | None]) -> None:
    """Say how many things wait for the person, and where they are listed. The last registered one speaks."""
    _inbox.append(slot)


def _route(name: str, otherwise: str = "") -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return otherwise


def frame_of(request: HttpRequest) -> Frame:
    actor = actor_of(request)
    signed_in = actor is not None
    return Frame(
        person=actor.name if actor else "",
        places=areas.places(request) if signed_in else (),
        place=_place[-1](request) if _place and signed_in else None,
        inbox=_inbox[-1](request) if _inbox and signed_in else None,
        home_url=_route("home", "/"),
        search_url=_route("web:search") if signed_in else "",
        prefer_url=_route("web:prefer"),
        reading_url=_route("web:reading") if signed_in else "",
        sign_out_url=_route("logout") if signed_in else "",
        theme=_theme(request),
        rail=chosen(request, "rail", RAILS),
        languages=tuple((code, str(name)) for code, name in settings.LANGUAGES),
        help=_help[-1](request) if _help and signed_in else (),
    )


def _theme(request: HttpRequest) -> str:
    """The theme the person chose, wherever they sign in; before that what this browser showed last."""
    user = getattr(request, "user", None)
    return user.theme if isinstance(user, User) else chosen(request, "theme", THEMES)


def chosen(request: HttpRequest, name: str, allowed: tuple[str, ...]) -> str:
    """The person's preference from its cookie; the first allowed value where there is none."""
    value = request.COOKIES.get(f"troth_{name}", "")
    return value if value in allowed else allowed[0]

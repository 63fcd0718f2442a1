"""The registry of document kinds.

An app registers each kind of document it owns, once, when it is loaded. Whoever meets a reference, in the flow, in an
event, in the search, can then show and open it without knowing the app. Apps above may add panels and buttons to the
pages of kinds below.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class DocumentRef:
    """A document by kind and id, with the number people know it by."""

    kind: str
    id: int
    number: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: `model` as "app.Model", `url_name` of its page, and the series its numbers come from."""

    code: str
    title: str
    plural: str
    model: str
    url_name: str
    permission: str
    gapless: bool = False


Panel = Callable[[Any, DocumentRef], str]
"""Renders HTML for a document's page: (request, ref) -> safe string, empty for nothing."""


@dataclass(frozen=True, slots=True)
class Button:
    """An action offered on a page of another app's document."""

    label: str
    url_name: str
    permission: str
    applies: Callable[[DocumentRef], bool]


_kinds: dict[str, Kind] = {}
_panels: dict[str, list[Panel]] = {}
_buttons: dict[str, list[Button]] = {}


def register(kind: Kind) -> Kind:
    assert kind.code not in _kinds or _kinds[kind.code] == kind, f"{kind.code} is registered twice"
    _kinds[kind.code] = kind
    return kind


def kind(code: str) -> Kind:
    return _kinds[code]


def kinds() -> tuple[Kind, ...]:
    return tuple(_kinds.values())


def add_panel(code: str, panel: Panel) -> None:
    _panels.setdefault(code, []).append(panel)


def add_button(code: str, button: Button) -> None:
    _buttons.setdefault(code, []).append(button)


def panels(code: str) -> tuple[Panel, ...]:
    return tuple(_panels.get(code, ()))


def buttons(code: str) -> tuple[Button, ...]:
    return tuple(_buttons.get(code, ()))

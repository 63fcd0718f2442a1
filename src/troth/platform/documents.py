"""The registry of document kinds.

An app registers each kind of document it owns, once, when it is loaded. Whoever meets a reference, in the flow, in an
event, in the search, can then show and open it without knowing the app. Apps above may add panels and buttons to the
pages of kinds below.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model

from troth.kernel.errors import NotFound
from troth.platform import permissions
from troth.platform.actors import Actor


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


def refuse_unseen(code: str, document_id: int, *, by: Actor) -> None:
    """Refuse a document that is not there, or not the actor's to see; and a kind that nobody knows."""
    if code not in _kinds:
        raise NotFound(f"There is no kind of document {code}. Known are: {', '.join(sorted(_kinds))}.", kind=code)
    known = _kinds[code]
    permissions.require(by, known.permission)
    model: type[Model] = apps.get_model(known.model)
    company_id = model._default_manager.filter(pk=document_id).values_list("company_id", flat=True).first()
    if company_id is None or not by.sees(company_id):
        raise NotFound(f"There is no {known.title} {document_id} that you may see.", kind=code, id=document_id)


def add_panel(code: str, panel: Panel) -> None:
    _panels.setdefault(code, []).append(panel)


def add_button(code: str, button: Button) -> None:
    _buttons.setdefault(code, []).append(button)


def panels(code: str) -> tuple[Panel, ...]:
    return tuple(_panels.get(code, ()))


def buttons(code: str) -> tuple[Button, ...]:
    return tuple(_buttons.get(code, ()))

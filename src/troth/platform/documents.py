"""The registry of document kinds.

An app registers each kind of document it owns, once, when it is loaded. Whoever meets a reference, in the flow, in an
event, in the search, can then show and open it without knowing the app. Apps above may add panels and buttons to the
pages of kinds below.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from troth.kernel.errors import NotFound, Sentence
from troth.platform import permissions
from troth.platform.actors import Actor, Reach


@dataclass(frozen=True, slots=True, order=True)
class DocumentRef:
    """A document by kind and id, with the number people know it by."""

    kind: str
    id: int
    number: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: `model` as "app.Model", `url_name` of its page, and the series its numbers come from.

    `number_field` is where the model has the number, by "__" across relations.
    """

    code: str
    title: str | Promise
    plural: str | Promise
    model: str
    url_name: str
    permission: str
    gapless: bool = False
    number_field: str = "number"


M = TypeVar("M", bound=Model)
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


def kind_named(code: str, among: Iterable[Kind] | None = None) -> Kind:
    """The kind of this code, or a refusal that names those there are; `among` where there are others than documents."""
    known = _kinds if among is None else {one.code: one for one in among}
    if code not in known:
        said = Sentence(
            "There is no kind of document %(kind)s. Known are: %(known)s.", kind=code, known=", ".join(sorted(known))
        )
        raise NotFound(said, kind=code)
    return known[code]


def seen(kind: Kind, document_id: int, *, by: Actor) -> tuple[DocumentRef, int]:
    """The document with its number, and its company's id. Refuses what is not there or not the actor's to see."""
    permissions.require(by, kind.permission)
    model: type[Model] = apps.get_model(kind.model)
    wanted = ("company_id", kind.number_field, *(("site_id",) if has_site(model) else ()))
    found = model._default_manager.filter(pk=document_id).values_list(*wanted).first()
    if found is None or not by.sees(found[0], *found[2:]):
        raise NotFound(
            Sentence("There is no %(title)s %(id)s that you may see."),
            title=str(kind.title),
            kind=kind.code,
            id=document_id,
        )
    return DocumentRef(kind.code, document_id, str(found[1])), found[0]


def numbers(found: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The numbers of these documents by kind and id, in one statement a kind; what is not there is left out."""
    by_kind: dict[str, list[int]] = {}
    for code, document_id in found:
        by_kind.setdefault(code, []).append(document_id)
    known = [(kind, by_kind[code]) for code, kind in _kinds.items() if code in by_kind]
    return {(kind.code, key): number for kind, ids in known for key, number in _numbers(kind, ids)}


def _numbers(kind: Kind, ids: list[int]) -> list[tuple[int, str]]:
    model: type[Model] = apps.get_model(kind.model)
    rows = model._default_manager.filter(pk__in=ids).values_list("pk", kind.number_field)
    return [(key, str(number)) for key, number in rows]


def refuse_unseen(code: str, document_id: int, *, by: Actor) -> None:
    """Refuse a document that is not there, or not the actor's to see; and a kind that nobody knows."""
    seen(kind_named(code), document_id, by=by)


def opened_by(ref: DocumentRef, actor: Actor) -> Kind | None:
    """The kind of a document whose page the actor may open; None where they may not, or nobody knows the kind."""
    kind = _kinds.get(ref.kind)
    return kind if kind is not None and actor.may(kind.permission) else None


def has_site(model: type[Model]) -> bool:
    return any(field.attname == "site_id" for field in model._meta.concrete_fields)


def with_site() -> list[tuple[Kind, type[Model]]]:
    """The kinds of documents that are of one site, with their models."""
    models = [(kind, apps.get_model(kind.model)) for kind in _kinds.values()]
    return [(kind, model) for kind, model in models if has_site(model)]


def site_of(ref: DocumentRef) -> int | None:
    """The site of a document; None where its kind has none, or it is not there."""
    for kind, model in with_site():
        if kind.code == ref.kind:
            found: int | None = model._default_manager.filter(pk=ref.id).values_list("site_id", flat=True).first()
            return found
    return None


def within(found: QuerySet[M], reach: Reach | None, *, through: str = "") -> QuerySet[M]:
    """The rows that an actor's reach holds: as `Actor.sees` decides for one of them.

    `through` names the foreign key to the row that has a company and a site, where they stand on another.
    """
    if reach is None:
        return found
    chosen = Q(pk__in=())
    path = f"{through}__" if through else ""
    for company_id, site_id in reach:
        one = Q() if company_id is None else Q(**{f"{path}company_id": company_id})
        if site_id is not None and (through or has_site(found.model)):
            one &= Q(**{f"{path}site_id": site_id}) | Q(**{f"{path}site_id": None})
        if not one:
            return found
        chosen |= one
    return found.filter(chosen)


def about(found: QuerySet[M], among: Iterable[Kind], *, by: Actor) -> QuerySet[M]:
    """The rows, each with `company_id`, `document_kind` and `document_id`, on documents that the actor may see."""
    allowed: dict[str, type[Model]] = {one.code: apps.get_model(one.model) for one in among if by.may(one.permission)}
    found = within(found, by.reach).filter(document_kind__in=allowed)
    if by.reach is None or all(site_id is None for _, site_id in by.reach):
        return found
    at_sites = {code: model for code, model in allowed.items() if has_site(model)}
    chosen = ~Q(document_kind__in=at_sites)
    for code, model in at_sites.items():
        reached = within(model._default_manager.all(), by.reach)
        chosen |= Q(document_kind=code, document_id__in=reached.values("pk"))
    return found.filter(chosen)


def add_panel(code: str, panel: Panel) -> None:
    _panels.setdefault(code, []).append(panel)


def add_button(code: str, button: Button) -> None:
    _buttons.setdefault(code, []).append(button)


def panels(code: str) -> tuple[Panel, ...]:
    return tuple(_panels.get(code, ()))


def buttons(code: str) -> tuple[Button, ...]:
    return tuple(_buttons.get(code, ()))

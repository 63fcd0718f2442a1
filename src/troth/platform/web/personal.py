"""What a person keeps of a list: saved views, the columns in their order, the view it opens with.

A view is a name for an address of the list: filters, search and sort. Its maker alone changes it; shared, everybody who
has the role sees it. Who is no user (a job, the gallery) keeps nothing.

| address | does |
| --- | --- |
| web:view-save | keeps what the list shows now under a name, for oneself or for a role of one's own |
| web:view-change | renames or deletes a view of one's own |
| web:view-open | has the list open with a view, or with none |
| web:columns | chooses columns and their order |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from troth.kernel.errors import BusinessError, InvalidInput, NotFound, Sentence
from troth.kernel.plain_numbers import MAX
from troth.platform.models import ListChoice, SavedView
from troth.platform.permissions import ROLES
from troth.platform.web.access import demand

MOST_VIEWS = 20
"""So many views of one list a person keeps; more would no longer be found."""
PASSING = frozenset({"after", "export", "view", "csrfmiddlewaretoken"})
"""Parameters that are no part of a view."""


class NameTaken(BusinessError):
    """A view of this list has that name already."""

    code = "view_name_taken"


@dataclass(frozen=True, slots=True)
class View:
    id: int
    name: str
    query: str
    role: str
    is_mine: bool

    @property
    def role_name(self) -> str:
        return str(ROLES.get(self.role, self.role)) if self.role else ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the person keeps of one list."""

    views: tuple[View, ...] = ()
    columns: tuple[str, ...] = ()
    opens_with: View | None = None


def narrowed(parameters: Mapping[str, Any]) -> str:
    """The part of an address that narrows and sorts, in one order, so that equal views are equal texts."""
    pairs = ((name, value) for name, value in parameters.items() if value != "" and name not in PASSING)
    return urlencode(sorted(pairs))


def kept(actor: Any, list_name: str) -> Kept:
    """Two statements, whatever is kept."""
    if actor.user_id is None or not list_name:
        return Kept()
    choice = ListChoice.objects.filter(user_id=actor.user_id, list_name=list_name).first()
    found = SavedView.objects.filter(_seen_by(actor), list_name=list_name).order_by("role", "name", "id")
    views = tuple(View(v.pk, v.name, v.query, v.role, v.user_id == actor.user_id) for v in found)
    if choice is None:
        return Kept(views)
    return Kept(views, tuple(choice.columns), next((v for v in views if v.id == choice.opens_with_id), None))


def _seen_by(actor: Any) -> Q:
    return Q(user_id=actor.user_id) | Q(role__in=sorted(actor.roles))


def shareable(actor: Any) -> list[tuple[str, str]]:
    """The roles of the person, by code and name: with them a view may be shared."""
    return [(role, str(ROLES[role])) for role in sorted(getattr(actor, "roles", ())) if role in ROLES]


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form of the list's menus sends: who, which list, where it stands."""

    actor: Any
    list_name: str
    path: str

    def back(self, query: str = "") -> HttpResponse:
        return HttpResponseRedirect(f"{self.path}?{query or 'view=all'}")


def _posted(request: HttpRequest) -> Posted:
    list_name = request.POST.get("list", "")
    try:
        return Posted(demand(request, ""), list_name, reverse(list_name))
    except NoReverseMatch:
        raise NotFound("There is no such list.") from None


def _name(request: HttpRequest) -> str:
    name = " ".join(request.POST.get("name", "").split())
    if not name or len(name) > 60:
        raise InvalidInput("A view needs a name of at most 60 letters.", field="name")
    return name


def _view_id(request: HttpRequest) -> int:
    """The id of the view that is meant; 0, which none has, where that is no number."""
    sent = request.POST.get("view", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < len(str(MAX)) else 0


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows now under a name."""
    posted, name, role = _posted(request), _name(request), request.POST.get("role", "")
    query = narrowed(QueryDict(request.POST.get("query", "")))
    if role and role not in posted.actor.roles:
        raise InvalidInput("A view is shared with a role that you have yourself.", field="role")
    mine = SavedView.objects.filter(user_id=posted.actor.user_id, list_name=posted.list_name)
    if mine.count() >= MOST_VIEWS:
        raise BusinessError(
            Sentence("You keep %(most)s views of this list. Delete one that you no longer use.", most=MOST_VIEWS)
        )
    _write(
        SavedView(list_name=posted.list_name, user_id=posted.actor.user_id, role=role, name=name, query=query[:1000])
    )
    messages.success(request, gettext("View “%(name)s” saved.") % {"name": name})
    return posted.back(query)


def _write(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise NameTaken(
            Sentence("You have a view “%(name)s” of this list. Choose another name."), name=view.name
        ) from None


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Rename or delete a view of one's own."""
    posted = _posted(request)
    view = SavedView.objects.filter(
        pk=_view_id(request), user_id=posted.actor.user_id, list_name=posted.list_name
    ).first()
    if view is None:
        raise NotFound("There is no such view, or somebody else made it.")
    if request.POST.get("do") == "delete":
        view.delete()
        messages.success(request, gettext("View “%(name)s” deleted.") % {"name": view.name})
        return posted.back()
    view.name = _name(request)
    _write(view)
    return posted.back(view.query)


@require_POST
def open_with(request: HttpRequest) -> HttpResponse:
    """Have the list open with this view; without one, as it is declared."""
    posted = _posted(request)
    seen = SavedView.objects.filter(_seen_by(posted.actor), list_name=posted.list_name)
    view = seen.filter(pk=_view_id(request)).first()
    _choose(posted, opens_with=view)
    return posted.back(view.query if view else "")


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Choose columns and their order. `up` and `down` move one; with scripts the order arrives as it was arranged."""
    posted = _posted(request)
    order = list(dict.fromkeys(request.POST.getlist("column")))
    shown = set(request.POST.getlist("shown"))
    for name, step in (("up", -1), ("down", 1)):
        moved(order, request.POST.get(name, ""), step)
    chosen = [] if "reset" in request.POST else [key[:80] for key in order if key in shown][:100]
    _choose(posted, columns=chosen)
    return posted.back(narrowed(QueryDict(request.POST.get("query", ""))))


def moved(order: list[str], key: str, step: int) -> None:
    """Move a key by one place; the first place belongs to the column that opens the row."""
    if key not in order:
        return
    place = order.index(key)
    target = max(1, min(place + step, len(order) - 1))
    order.insert(target, order.pop(place))


def _choose(posted: Posted, **values: Any) -> None:
    ListChoice.objects.update_or_create(
        user_id=posted.actor.user_id, list_name=posted.list_name, defaults=values, create_defaults=values
    )


def arranged(declared: Sequence[Any], keys: Sequence[str]) -> list[Any]:
    """The declared columns that are shown, in the person's order; the first always opens the row."""
    if not keys:
        return [column for column in declared if not column.offered]
    by_key = {column.key: column for column in declared}
    first = declared[0]
    return [first, *(by_key[key] for key in keys if key in by_key and key != first.key)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A column in the menu."""

    key: str
    label: Any
    is_shown: bool
    is_fixed: bool


def choices(declared: Sequence[Any], shown: Sequence[Any]) -> list[Choice]:
    """All columns as the menu lists them: those shown in their order, then the others."""
    others = [column for column in declared if column not in shown]
    return [Choice(column.key, column.label, column in shown, column is declared[0]) for column in (*shown, *others)]

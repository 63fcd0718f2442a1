"""Master-data screens: list, create, edit, deactivate and export, from one declaration.

The component draws and checks; the app's actions decide and write. Each is a function with one of these shapes:

| function | shape |
| --- | --- |
| create | (actor, values) -> key, or Made |
| change | (actor, key, values) -> None, or what to say of it |
| deactivate, activate | (actor, key) -> None; with `asks_reason` deactivate also takes `reason=` |
| load | (actor, key) -> Record; raises NotFound |
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views import View

from troth.kernel.errors import BusinessError
from troth.platform.web.access import actor_of, demand, may
from troth.platform.web.acts import AskPage, said, tell
from troth.platform.web.columns import Column, Filter
from troth.platform.web.forms import FormPage
from troth.platform.web.lists import ListPage, Source
from troth.platform.web.values import Empty, Link, Status, Step, Text


@dataclass(frozen=True, slots=True)
class Words:
    """How the records are called: "customer", "Customers", "New customer"."""

    one: Text
    many: Text
    new: Text
    why: Text = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record for its screen: what it is called, its form's values, and whether it can still be used."""

    title: Text
    values: Mapping[str, Any]
    active: bool = True
    status: Status | None = None


class Made(NamedTuple):
    """A record that was created, by its key, with more to say of it than that."""

    key: Any
    sentence: str


@dataclass(frozen=True, kw_only=True)
class MasterScreens:
    """Give `urls()` to the app's urlpatterns. `key` is the path and the prefix of the URL names: "customers-list"."""

    key: str
    words: Words
    columns: Sequence[Column]
    source: Source
    row_key: Callable[[Any], Any]
    form: type[forms.BaseForm]
    load: Callable[[Any, Any], Record]
    view_permission: str
    edit_permission: str
    create: Callable[[Any, dict[str, Any]], Any] | None = None
    change: Callable[[Any, Any, dict[str, Any]], str | None] | None = None
    deactivate: Callable[..., None] | None = None
    activate: Callable[[Any, Any], None] | None = None
    """Takes `deactivate` back, from the toast and from the page of what is inactive."""
    asks_reason: bool = False
    """Whether whoever deactivates is asked why, and has to say it."""
    import_step: Callable[[Any], Step | None] | None = None
    """The way to the page that brings records in from a file, for those who may."""
    filters: Sequence[Filter] = ()
    namespace: str = ""
    converter: str = "int"
    steps: Sequence[Step] = field(default=())
    about: str = ""
    """The route of a page that shows more of the record than its fields."""

    def address(self, screen: str, *arguments: Any) -> str:
        prefix = f"{self.namespace}:" if self.namespace else ""
        return reverse(f"{prefix}{self.key}-{screen}", args=arguments)

    def undo(self, key: Any) -> Step | None:
        """The step that takes a deactivation back."""
        return Step(gettext("Undo"), self.address("activate", key)) if self.activate else None

    def urls(self) -> list[URLPattern]:
        one = f"{self.key}/<{self.converter}:key>/"
        found = [
            path(f"{self.key}/", _List.as_view(screens=self), name=f"{self.key}-list"),
            path(one, _Edit.as_view(screens=self), name=f"{self.key}-edit"),
        ]
        if self.create:
            found.insert(1, path(f"{self.key}/new/", _Create.as_view(screens=self), name=f"{self.key}-create"))
        if self.deactivate:
            view = (_DeactivateWhy if self.asks_reason else _Deactivate).as_view(screens=self)
            found.append(path(f"{one}deactivate/", view, name=f"{self.key}-deactivate"))
        if self.activate:
            found.append(path(f"{one}activate/", _Activate.as_view(screens=self), name=f"{self.key}-activate"))
        return found


# `as_view` sets an attribute only where the class has one.
UNSET = cast(MasterScreens, None)


class _List(ListPage):
    screens: MasterScreens = UNSET

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        screens = self.screens
        self.title, self.permission = screens.words.many, screens.view_permission
        self.columns, self.filters, self.source = screens.columns, screens.filters, screens.source
        self.row_key, self.row_url = screens.row_key, lambda row: screens.address("edit", screens.row_key(row))
        self.file_name = screens.key
        self.steps = [*self._writing(request), *screens.steps]
        first = next(iter(self.steps), None)
        self.empty = Empty(
            gettext("No %(many)s yet") % {"many": str(screens.words.many).lower()}, screens.words.why, first
        )
        return super().dispatch(request, *args, **captured)

    def _writing(self, request: HttpRequest) -> list[Step]:
        if not may(request, self.screens.edit_permission):
            return []
        new = [Step(self.screens.words.new, self.screens.address("create"), "get")] if self.screens.create else []
        bring = self.screens.import_step(actor_of(request)) if self.screens.import_step else None
        return [*new, *filter(None, (bring,))]


class _Screen(FormPage):
    screens: MasterScreens = UNSET

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.form_class = self.screens.form
        self.cancel_url = self.screens.address("list")
        self.crumbs = [Link(self.screens.words.many, self.cancel_url)]
        return super().dispatch(request, *args, **captured)


class _Create(_Screen):
    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.title, self.permission = self.screens.words.new, self.screens.edit_permission
        self.submit_label = gettext("Create %(one)s") % {"one": self.screens.words.one}
        return super().dispatch(request, *args, **captured)

    def initial(self) -> dict[str, Any]:
        """What the way here named, such as the customer whose page it began on."""
        known = self.screens.form().fields
        return {name: value for name, value in self.request.GET.items() if name in known}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        assert self.screens.create is not None
        made = self.screens.create(actor, form.cleaned_data)
        made = made if isinstance(made, Made) else Made(made, gettext("Created."))
        messages.success(self.request, made.sentence)
        return self.screens.address("edit", made.key)


class _Edit(_Screen):
    """Those who may only look see the same form, without a way to save it."""

    record: Record

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        screens = self.screens
        self.permission = screens.edit_permission if request.method == "POST" else screens.view_permission
        self.record = screens.load(demand(request, screens.view_permission), captured["key"])
        self.title = self.record.title
        changeable = self.record.active or screens.activate is not None
        writable = screens.change is not None and changeable and may(request, screens.edit_permission)
        self.submit_label = gettext("Save") if writable else ""
        self.steps = []
        if screens.about:
            self.steps.append(Step(gettext("Overview"), reverse(screens.about, args=[captured["key"]]), "get"))
        if screens.activate and not self.record.active and may(request, screens.edit_permission):
            self.steps.append(Step(gettext("Activate"), screens.address("activate", captured["key"])))
        elif screens.deactivate and writable:
            deactivate = screens.address("deactivate", captured["key"])
            self.steps.append(Step(gettext("Deactivate"), deactivate, "get", danger=True))
        return super().dispatch(request, *args, **captured)

    def initial(self) -> dict[str, Any]:
        return dict(self.record.values)

    def draw(self, form: Any, rows: Any, status: int = 200) -> HttpResponse:
        for one in form.fields.values() if not self.submit_label else ():
            one.disabled = True
        return super().draw(form, rows, status)

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        assert self.screens.change is not None
        told = self.screens.change(actor, self.kwargs["key"], form.cleaned_data)
        messages.success(self.request, told or gettext("Saved."))
        return self.screens.address("edit", self.kwargs["key"])

    def more(self) -> dict[str, Any]:
        inactive = Status(gettext("Inactive"), "stopped") if not self.record.active else None
        return {"status": self.record.status or inactive}


class _Deactivate(View):
    """Masters are never deleted: the confirm page names the record, and what is open keeps running."""

    screens: MasterScreens = UNSET

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        record = self.screens.load(demand(request, self.screens.edit_permission), key)
        back = self.screens.address("edit", key)
        return render(
            request,
            "web/confirm.html",
            {
                "title": gettext("Deactivate %(name)s") % {"name": record.title},
                "sentence": gettext("It can no longer be chosen for anything new. What is open with it carries on."),
                "submit_label": gettext("Deactivate %(one)s") % {"one": self.screens.words.one},
                "back": back,
                "crumbs": [Link(self.screens.words.many, self.screens.address("list")), Link(record.title, back)],
            },
        )

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        assert self.screens.deactivate is not None
        self.screens.deactivate(demand(request, self.screens.edit_permission), key)
        said(request, gettext("Deactivated."), self.screens.undo(key))
        return HttpResponseRedirect(self.screens.address("list"))


class _DeactivateWhy(AskPage):
    """The same, of what has to say why."""

    screens: MasterScreens = UNSET

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.permission = self.screens.edit_permission
        return super().dispatch(request, *args, **captured)

    def ask(self, actor: Any, key: Any) -> None:
        screens, record = self.screens, self.screens.load(actor, key)
        self.title = gettext("Deactivate %(name)s") % {"name": record.title}
        self.sentence = gettext("It can no longer be chosen for anything new. What is open with it carries on.")
        self.submit_label = gettext("Deactivate %(one)s") % {"one": screens.words.one}
        self.cancel_url = screens.address("edit", key)
        self.crumbs = [Link(screens.words.many, screens.address("list")), Link(record.title, self.cancel_url)]

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        assert self.screens.deactivate is not None
        key = self.kwargs["key"]
        self.screens.deactivate(actor, key, reason=form.cleaned_data["reason"])
        return self.done(gettext("Deactivated."), self.screens.address("list"), self.screens.undo(key))


class _Activate(View):
    screens: MasterScreens = UNSET

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        assert self.screens.activate is not None
        try:
            self.screens.activate(demand(request, self.screens.edit_permission), key)
        except BusinessError as refusal:
            tell(request, refusal)
        else:
            said(request, gettext("Active again."))
        return HttpResponseRedirect(self.screens.address("edit", key))

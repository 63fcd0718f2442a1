"""Addresses that do something: buttons, pages that ask before they act, and mass actions with a result for each.

The right to an address stands once, in `permissions/routes.py`: the gate asks it when the address is opened, `step`
asks it before the button is drawn. So a button that nobody may press is not there.

| part | for |
| --- | --- |
| step | a button or link to a route, or None where the actor may not |
| button | an action without questions: runs, says what was done, goes on |
| AskPage | an action that needs a reason or a choice first, or cannot be undone |
| mass | an action over the rows chosen in a list, with what became of each |
| MassAsk | the same where something must be known first: a reason, a day |
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.kernel.errors import BusinessError
from troth.platform import permissions
from troth.platform.web.access import allowed, demand
from troth.platform.web.forms import FormPage
from troth.platform.web.language import worded
from troth.platform.web.lists import BulkAction
from troth.platform.web.refusals import way_back
from troth.platform.web.selection import ASKED, chosen, written_ids
from troth.platform.web.values import Status, Step, Text

R = TypeVar("R")


def step(
    actor: Any,
    label: Text,
    route: str,
    *arguments: Any,
    method: str = "post",
    danger: bool = False,
    company_id: int | None = None,
    query: str = "",
) -> Step | None:
    """A step to a route, or None where the actor may not take it."""
    if not allowed(actor, route, company_id=company_id):
        return None
    return Step(label, reverse(route, args=arguments) + query, method, danger)


def steps(*found: Step | None) -> tuple[Step, ...]:
    """Those that are there."""
    return tuple(one for one in found if one is not None)


def bulk(label: Text, sentence: Text, route: str, *, danger: bool = False, single: Text = "") -> BulkAction:
    """A bulk button to a route, drawn for those who may open it."""
    return BulkAction(label, sentence, reverse_lazy(route), permissions.declared(route), danger, single)


def clocked(request: HttpRequest, actor: Any, *, key: str | None = None) -> dict[str, Any]:
    """What every action takes: who does it and when; with `key`, the client key that lets it happen only once."""
    found = {"by": actor, "clock": request.clock}  # type: ignore[attr-defined]
    return found if key is None else found | {"key": key}


def once(act: Callable[..., R]) -> Callable[..., R]:
    """An action as it is called with a client `key`, which its own signature does not show."""
    return act


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of what was done; a warning where it is done and somebody has to look after it."""

    sentence: Text
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a button did, and where to go on."""

    sentence: Text | Told
    url: str
    undo: Step | None = None


def said(request: HttpRequest, sentence: Text | Told, undo: Step | None = None) -> None:
    """Tell on the next page what was done; `undo` is the step back, where the reversal matrix has one."""
    one = sentence if isinstance(sentence, Told) else Told(sentence)
    tell_it = messages.warning if one.is_warning else messages.success
    tell_it(request, str(one.sentence), extra_tags=f"{undo.method} {undo.url}" if undo else "")


Doing = Callable[[HttpRequest, Any, Any], Said]


def button(do: Doing) -> Callable[..., HttpResponse]:
    """A view for a button: `do(request, actor, key)` calls one action. A refusal is told where the person came from."""

    def view(request: HttpRequest, key: Any = None) -> HttpResponse:
        actor = demand(request, "")
        if request.method != "POST":
            return HttpResponseRedirect(way_back(request))
        try:
            done = do(request, actor, key)
        except BusinessError as error:
            tell(request, error)
            return HttpResponseRedirect(way_back(request))
        said(request, done.sentence, done.undo)
        return HttpResponseRedirect(done.url)

    return view


def tell(request: HttpRequest, error: BusinessError) -> None:
    """Put a refusal, each sentence of it, on top of the next page."""
    for one in getattr(error, "refusals", (error,)):
        messages.error(request, worded(one.message))


class Reason(forms.Form):
    """Why it is done; it stays in the history."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=80,
        help_text=_("It stays in the history."),
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class AskPage(FormPage):
    """A sheet that says what will happen, asks what must be known, and then acts.

    `sentence` and `consequences` come from the subclass's `ask(actor)`, which may raise NotFound.
    """

    template_name = "web/ask.html"
    form_class: type[forms.BaseForm] = Reason
    sentence: Text = ""
    consequences: Sequence[Text] = ()
    danger: bool = True

    def ask(self, actor: Any, key: Any) -> None:
        """Set title, sentence, consequences, labels and `cancel_url` for this document."""

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.ask(demand(request, self.permission), captured.get("key"))
        return super().dispatch(request, *args, **captured)

    def more(self) -> dict[str, Any]:
        return {"sentence": self.sentence, "consequences": self.consequences, "danger": self.danger}

    def done(self, sentence: Text | Told, url: Text, undo: Step | None = None) -> str:
        said(self.request, sentence, undo)
        return str(url)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a mass action. `label` names it, `url` opens what was made of it."""

    label: str
    sentence: Text
    url: str = ""
    is_done: bool = True

    @property
    def status(self) -> Status:
        return Status(gettext("Done"), "done") if self.is_done else Status(gettext("Not done"), "stopped")


MassDoing = Callable[[HttpRequest, Any, list[int]], Iterable[Outcome]]


def mass(do: MassDoing, *, title: Text, back: str) -> Callable[[HttpRequest], HttpResponse]:
    """A view for a bulk button: where all went well the list tells so; else each result is shown with its reason."""

    def view(request: HttpRequest) -> HttpResponse:
        actor, url = demand(request, ""), reverse(back)
        if request.method != "POST":
            return HttpResponseRedirect(url)
        ids = chosen(request, url)
        if not ids:
            messages.warning(request, gettext("Nothing was selected. Tick the rows first."))
            return HttpResponseRedirect(way_back(request))
        try:
            outcomes = list(do(request, actor, ids))
        except BusinessError as error:
            tell(request, error)
            return HttpResponseRedirect(way_back(request))
        return results(request, outcomes, title, url)

    return view


class MassAsk(FormPage):
    """A bulk button that asks for something first: a reason unless `form_class` says otherwise.

    The list posts the chosen rows; the page asks, and posts the same rows with what was entered. So "all that match"
    are those that matched when it was asked, and each of them is told what became of it.
    """

    template_name = "web/ask.html"
    form_class: type[forms.BaseForm] = Reason
    list_route: str = ""
    sentence: Text = ""
    consequences: Sequence[Text] = ()
    danger: bool = False
    ids: Sequence[int] = ()

    def about(self, actor: Any, ids: Sequence[int]) -> None:
        """Set title, sentence, consequences and labels for these rows."""

    def do(self, actor: Any, ids: Sequence[int], given: dict[str, Any]) -> Iterable[Outcome]:
        """Act on each row with what was entered."""
        raise AssertionError("a mass action needs `do`")

    def get(self, request: HttpRequest, **_captured: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse(self.list_route))

    def post(self, request: HttpRequest, **_captured: Any) -> HttpResponse:
        actor, url = demand(request, self.permission), reverse(self.list_route)
        is_asked = ASKED in request.POST
        self.ids = written_ids(request.POST[ASKED]) if is_asked else chosen(request, url)
        if not self.ids:
            messages.warning(request, gettext("Nothing was selected. Tick the rows first."))
            return HttpResponseRedirect(way_back(request))
        self.cancel_url = url if is_asked else way_back(request)
        self.about(actor, self.ids)
        if is_asked:
            return super().post(request)
        return self.draw(self.form_class(initial=self.initial(), **self.form_arguments()), None)

    def submit(self, actor: Any, form: Any, rows: Any) -> HttpResponse:
        outcomes = list(self.do(actor, self.ids, form.cleaned_data))
        return results(self.request, outcomes, self.title, reverse(self.list_route))

    def more(self) -> dict[str, Any]:
        asked = {"sentence": self.sentence, "consequences": self.consequences, "danger": self.danger}
        return {**asked, "asked_of": ",".join(str(one) for one in self.ids)}


def results(request: HttpRequest, outcomes: Sequence[Outcome], title: Text, back: str) -> HttpResponse:
    """What became of each row, and why what was refused was."""
    done = sum(one.is_done for one in outcomes)
    context = {"title": title, "outcomes": outcomes, "done": done, "refused": len(outcomes) - done, "back": back}
    return render(request, "web/results.html", context)

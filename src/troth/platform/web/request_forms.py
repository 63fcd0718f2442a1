"""The questions that ask another desk, answer it, and take a request back."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.platform import documents, requests
from troth.platform.web.acts import AskPage, Said, clocked
from troth.platform.web.requests import about, address, role_name


class AskForm(forms.Form):
    """`desk` is a kind and a role, with a colon between them."""

    desk = forms.ChoiceField(label=_("What is asked, and of whom"))
    item = forms.ChoiceField(label=_("Item"), required=False)
    question = forms.CharField(label=_("Question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, desks: Any, items: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["desk"].choices = desks  # type: ignore[attr-defined]
        if items:
            self.fields["item"].choices = [("", gettext("all of it")), *items]  # type: ignore[attr-defined]
        else:
            del self.fields["item"]


def desks(actor: Any, document_kind: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the actor may ask about such a document, by kind, and whom."""
    return [
        (str(kind.title), [(f"{kind.code}:{role}", role_name(role).capitalize()) for role in kind.to_roles])
        for kind in requests.kinds()
        if kind.is_about(document_kind) and kind.from_roles & actor.roles
    ]


class RequestNew(AskPage):
    form_class = AskForm
    danger = False

    def ask(self, actor: Any, key: Any) -> None:
        self.actor = actor
        kind = documents.kind_named(self.kwargs["kind"])
        ref, _company = documents.seen(kind, key, by=actor)
        self.title = gettext("Ask another desk about %(kind)s %(number)s") % {
            "kind": kind.title, "number": ref.number,
        }  # fmt: skip
        self.sentence = gettext("It stands in the inbox of the desk at once. Late answers go to its supervisor.")
        self.cancel_url = f"{reverse(kind.url_name, args=[ref.id])}?tab=requests"
        self.submit_label = _("Ask")

    def form_arguments(self) -> dict[str, Any]:
        kind, key = self.kwargs["kind"], self.kwargs["key"]
        return {"desks": desks(self.actor, kind), "items": requests.items_of(kind, key)}

    def initial(self) -> dict[str, Any]:
        """A link may name the kind that is asked; `?kind=`."""
        wanted = self.request.GET.get("kind", "")
        named = (place for _title, places in desks(self.actor, self.kwargs["kind"]) for place, _role in places)
        return {"desk": next((place for place in named if place.partition(":")[0] == wanted), None)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        kind, _colon, role = given["desk"].partition(":")
        requests.ask_about(
            kind, self.kwargs["kind"], self.kwargs["key"], question=given["question"], to_role=role,
            item=given.get("item", ""), **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(gettext("Asked: %(desk)s.") % {"desk": role_name(role)}, self.cancel_url)


class _Of(AskPage):
    """About one request."""

    danger = False

    def ask(self, actor: Any, key: Any) -> None:
        self.found = requests.one(key, by=actor)
        self.sentence, self.cancel_url = self.found.question, address(self.found)
        self.consequences = (
            gettext("%(kind)s, about %(document)s")
            % {"kind": requests.title_of(self.found.kind), "document": about(self.found)},
        )
        self.words()

    def words(self) -> None:
        raise AssertionError("says what is asked")


class AnswerForm(forms.Form):
    accepted = forms.ChoiceField(
        label=_("Answer"), choices=(("yes", _("Yes, accepted")), ("no", _("No, declined"))), widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=1000,
        help_text=_("Who declines says why."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RequestAnswer(_Of):
    form_class = AnswerForm

    def words(self) -> None:
        self.title, self.submit_label = gettext("Answer the request"), _("Answer")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        accepted = given["accepted"] == "yes"
        said = {"answer" if accepted else "reason": given["words"]}
        requests.answer(self.found.id, accepted=accepted, **said, **clocked(self.request, actor))
        return self.done(_("Request answered."), reverse("inbox"))


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class RequestWithdraw(_Of):
    form_class = WithdrawForm

    def words(self) -> None:
        self.title, self.submit_label = gettext("Withdraw the request"), _("Withdraw")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        requests.withdraw(self.found.id, reason=form.cleaned_data["reason"], **clocked(self.request, actor))
        return self.done(_("Request withdrawn."), self.cancel_url)


def receipt(request: HttpRequest, actor: Any, key: int) -> Said:
    """Give the receipt, by a button in the inbox or on the document."""
    found = requests.one(key, by=actor)
    requests.acknowledge(found.id, **clocked(request, actor))
    return Said(_("Receipt given. You see to it now."), reverse("inbox"))

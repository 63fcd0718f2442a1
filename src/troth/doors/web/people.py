"""People and their roles: who there is, what each may do, and for which company and site."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.kernel.errors import NotFound
from troth.platform import permissions, users
from troth.platform.actors import Actor
from troth.platform.models import ApiToken, RoleGrant, User
from troth.platform.web import documents, history, keyset
from troth.platform.web.acts import AskPage, clocked, step, steps
from troth.platform.web.columns import Cell, Column, Filter
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.forms import FormPage
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListPage, ListQuery
from troth.platform.web.tallies import tally
from troth.platform.web.values import ACTIVE, INACTIVE, Empty, Link, Status, Waiting
from troth.reference.models import Company, Site

history.words(
    {
        "platform.user_added": _("Added"),
        "platform.password_set": _("Password set"),
        "platform.user_deactivated": _("Deactivated"),
        "platform.role_granted": _("Role granted"),
        "platform.role_revoked": _("Role revoked"),
        "platform.token_made": _("Token made"),
        "platform.token_revoked": _("Token revoked"),
    }
)
history.reads({"role": lambda role: permissions.ROLES.get(role, role)})


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    name: str
    full_name: str
    roles: str
    last_login: datetime | None
    status: Status


def person_of(key: int) -> User:
    found = User.objects.filter(pk=key).first()
    if found is None:
        raise NotFound("There is no such person.", user=key)
    return found


def people(query: ListQuery) -> Page:
    inactive, role = query.filters.get("inactive", False), query.filters.get("role", "")
    found = users.found(words=query.search, role=role, is_active=not inactive)
    if query.filters.get("without"):
        found = found.filter(grants=None)
    page = keyset.page(found, ("username",), query.after, query.limit, count=query.count)
    return replace(page, rows=[_row(one) for one in page.rows])


def without_role() -> Waiting:
    """How many people can sign in and do nothing."""
    found = User.objects.filter(is_active=True, grants=None)
    return tally(found, "date_joined__date")


def _row(one: User) -> PersonRow:
    roles = ", ".join(sorted({str(permissions.ROLES[grant.role]) for grant in one.grants.all()}))
    return PersonRow(
        one.pk, one.username, one.get_full_name(), roles, one.last_login, ACTIVE if one.is_active else INACTIVE
    )


class PeopleList(ListPage):
    title = _("People")
    permission = "platform.view_user"
    columns = (
        Column("name", _("User name")),
        Column("full_name", _("Name")),
        Column("roles", _("Roles"), wide=True),
        Column("last_login", _("Last sign-in"), "date"),
        Column("status", _("Status"), "status"),
    )
    filters = (
        Filter("role", _("Role"), "choice", tuple(permissions.ROLES.items())),  # type: ignore[arg-type]
        Filter("without", _("Without a role"), "flag"),
        Filter("inactive", _("Inactive"), "flag"),
    )
    routes = ((_("Add person"), "people:add"),)
    empty = Empty(_("Nobody here"), _("Add the people who work with these books."))
    source = staticmethod(people)
    row_url = staticmethod(lambda row: reverse("people:person", args=[row.id]))


class PersonPage(DocumentPage):
    permission = "platform.view_user"
    document_kind = "user"

    def document(self, actor: Any, key: int) -> Document:
        person = person_of(key)
        is_other = actor.user_id != key
        return Document(
            kind=_("Person"),
            number=person.username,
            status=ACTIVE if person.is_active else INACTIVE,
            facts=(
                Fact(_("Name"), person.get_full_name()),
                Fact(_("E-mail"), person.email),
                Fact(_("Last sign-in"), person.last_login.date() if person.last_login else None),
            ),
            next_step=step(actor, _("Grant role"), "people:grant", key, method="get")
            if is_other and person.is_active
            else None,
            steps=steps(
                step(actor, _("Make a token"), "people:token-make", key, method="get") if person.is_active else None,
                step(actor, _("Set password"), "people:password", key, method="get"),
                step(actor, _("Deactivate"), "people:deactivate", key, method="get", danger=True)
                if is_other and person.is_active
                else None,
            ),
            crumbs=(Link(_("People"), reverse("people:list")),),
        )

    def tabs(self, actor: Any, key: int) -> tuple[Tab, ...]:
        person = person_of(key)
        return (
            Tab("roles", _("Roles"), documents.TABLE, lambda: _roles(person, actor)),
            Tab("tokens", _("Tokens"), documents.TABLE, lambda: _tokens(person, actor)),
            Tab(
                "history",
                _("History"),
                documents.HISTORY,
                lambda: {"changes": history.changes_of(users.ref_of(person))},
            ),
        )


def _table(columns: tuple[Column, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"columns": columns, "rows": [[Cell(column, column.of(row)) for column in columns] for row in rows]}


def _roles(person: User, actor: Any) -> dict[str, Any]:
    companies = dict(Company.objects.values_list("pk", "name"))
    sites = dict(Site.objects.values_list("pk", "name"))
    columns = (
        Column("role", _("Role"), wide=True),
        Column("company", _("Company")),
        Column("site", _("Site")),
        Column("way", "", "link", "right"),
    )
    may = actor.may("platform.revoke_role") and actor.user_id != person.pk
    rows = [
        {
            "role": str(permissions.ROLES[grant.role]),
            "company": companies.get(grant.company_id, "") if grant.company_id else gettext("all"),
            "site": sites.get(grant.site_id, "") if grant.site_id else gettext("all"),
            "way": Link(_("Revoke"), reverse("people:revoke", args=[grant.pk])) if may else None,
        }
        for grant in person.grants.order_by("role", "pk")
    ]
    return {
        "table": _table(columns, rows),
        "empty": Empty(_("No role yet"), _("Without a role nothing opens but the home page.")),
    }


def _tokens(person: User, actor: Any) -> dict[str, Any]:
    columns = (
        Column("name", _("Token"), wide=True),
        Column("scopes", _("Scopes")),
        Column("made", _("Made"), "date"),
        Column("used", _("Last used"), "date"),
        Column("expires", _("Expires"), "date"),
        Column("status", _("Status"), "status"),
        Column("way", "", "link", "right"),
    )
    may = actor.may("platform.revoke_token")
    rows = [
        {
            "name": one.name,
            "scopes": ", ".join(one.scopes),
            "made": one.made_at,
            "used": one.last_used_at,
            "expires": one.expires_at,
            "status": Status(_("Revoked"), "stopped") if one.revoked_at else ACTIVE,
            "way": Link(_("Revoke"), reverse("people:token-revoke", args=[one.pk]))
            if may and not one.revoked_at
            else None,
        }
        for one in person.api_tokens.order_by("-pk")
    ]
    return {
        "table": _table(columns, rows),
        "empty": Empty(_("No tokens"), _("A token lets a program act for this person within scopes.")),
    }


class PersonForm(forms.Form):
    username = forms.CharField(label=_("User name"), max_length=150)
    full_name = forms.CharField(label=_("Name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))


class PersonAdd(FormPage):
    title = _("Add person")
    permission = "platform.add_user"
    form_class = PersonForm
    submit_label = _("Add person")
    cancel_url = reverse_lazy("people:list")
    crumbs = (Link(_("People"), reverse_lazy("people:list")),)

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        key = users.add_user(**form.cleaned_data, **clocked(self.request, actor))
        messages.success(self.request, gettext("Added. Grant a role next."))
        return reverse("people:person", args=[key])


class _PersonAsk(AskPage):
    danger = False

    def ask(self, actor: Actor, key: int) -> None:
        self.person = person_of(key)
        self.cancel_url = reverse("people:person", args=[key])
        self.crumbs = [Link(_("People"), reverse("people:list")), Link(self.person.username, self.cancel_url)]
        self.words()

    def words(self) -> None:
        """Set what this question says."""


class GrantForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=tuple(permissions.ROLES.items()))
    company = forms.ChoiceField(
        label=_("Company"), required=False,
        choices=lambda: [("", gettext("all")), *Company.objects.order_by("code").values_list("pk", "name")],
    )  # fmt: skip
    site = forms.ChoiceField(
        label=_("Site"), required=False,
        choices=lambda: [("", gettext("all")), *Site.objects.order_by("code").values_list("pk", "name")],
    )  # fmt: skip
    exception = forms.CharField(
        label=_("Reason for an exception"), max_length=200, required=False,
        help_text=_("Only where the role joins duties that belong apart."),
    )  # fmt: skip


class Grant(_PersonAsk):
    form_class = GrantForm

    def words(self) -> None:
        self.title = gettext("Grant a role to %(name)s") % {"name": self.person.username}
        self.sentence = _("Their sessions end, so that the new rights hold at once.")
        self.submit_label = _("Grant role")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        users.grant_role(
            self.person.pk, role=given["role"], company_id=int(given["company"]) if given["company"] else None,
            site_id=int(given["site"]) if given["site"] else None, exception=given["exception"],
            **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(gettext("Role granted."), self.cancel_url)


class Revoke(AskPage):
    """The key is the grant's."""

    form_class = forms.Form

    def ask(self, actor: Any, key: int) -> None:
        grant = RoleGrant.objects.select_related("user").filter(pk=key).first()
        if grant is None:
            raise NotFound("This role is not held any more.", grant=key)
        self.grant = grant
        self.cancel_url = reverse("people:person", args=[grant.user_id])
        self.title = gettext("Revoke the role %(role)s of %(name)s") % {
            "role": permissions.ROLES[grant.role],
            "name": grant.user.username,
        }
        self.sentence, self.submit_label = _("Their sessions end at once."), _("Revoke role")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        one = self.grant
        users.revoke_role(
            one.user_id, role=one.role, company_id=one.company_id, site_id=one.site_id, **clocked(self.request, actor)
        )
        return self.done(gettext("Role revoked."), self.cancel_url)


class PasswordForm(forms.Form):
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))


class Password(_PersonAsk):
    form_class = PasswordForm

    def words(self) -> None:
        self.title = gettext("Set a password for %(name)s") % {"name": self.person.username}
        self.sentence, self.submit_label = _("Their sessions end at once."), _("Set password")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        users.set_password(self.person.pk, password=form.cleaned_data["password"], **clocked(self.request, actor))
        return self.done(gettext("Password set."), self.cancel_url)


class Deactivate(_PersonAsk):
    form_class = forms.Form
    danger = True

    def words(self) -> None:
        self.title = self.submit_label = gettext("Deactivate %(name)s") % {"name": self.person.username}
        self.sentence = _("They can no longer sign in, and their tokens end. What they did stays under their name.")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        users.deactivate_user(self.person.pk, **clocked(self.request, actor))
        return self.done(gettext("Deactivated."), self.cancel_url)


def _scopes() -> list[tuple[str, str]]:
    apps = sorted({name.partition(".")[0] for name in permissions.PERMISSIONS})
    return [(permissions.READ, gettext("read: all that only reads")), *((app, app) for app in apps)]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=_scopes, widget=forms.CheckboxSelectMultiple)


class TokenMake(_PersonAsk):
    """The token is shown once, in the answer to the form."""

    form_class = TokenForm

    def words(self) -> None:
        self.title = gettext("Make a token for %(name)s") % {"name": self.person.username}
        self.sentence = _("It acts for the person within the scopes. It is shown once.")
        self.submit_label = _("Make token")

    def post(self, request: HttpRequest, **captured: Any) -> HttpResponse:
        self.made: users.NewToken | None = None
        answer = super().post(request, **captured)
        if self.made is None:
            return answer
        shown = render(
            request, "people/token.html", {"title": _("Token"), "token": self.made.text, "back": self.cancel_url}
        )
        shown["Cache-Control"] = "no-store"
        return shown

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        self.made = users.make_token(
            self.person.pk, name=given["name"], scopes=given["scopes"], **clocked(self.request, actor)
        )
        return str(self.cancel_url)


class TokenRevoke(AskPage):
    """The key is the token's."""

    form_class = forms.Form

    def ask(self, actor: Any, key: int) -> None:
        token = ApiToken.objects.select_related("user").filter(pk=key).first()
        if token is None:
            raise NotFound("There is no such token.", token=key)
        self.cancel_url = reverse("people:person", args=[token.user_id]) + "?tab=tokens"
        self.title = gettext("Revoke the token %(token)s") % {"token": token.name}
        self.sentence, self.submit_label = _("Programs that use it are refused from now on."), _("Revoke token")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        users.revoke_token(self.kwargs["key"], **clocked(self.request, actor))
        return self.done(gettext("Token revoked."), self.cancel_url)

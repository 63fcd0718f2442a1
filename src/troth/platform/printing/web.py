"""The papers tab of every document that has papers: print, open, print again with a reason, send by mail."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.platform import documents
from troth.platform.models import Printing
from troth.platform.printing import actions, papers, queries
from troth.platform.printing.queries import PaperRow, PrintingRow
from troth.platform.web import history
from troth.platform.web.access import demand
from troth.platform.web.acts import AskPage, Reason, Said, button, clocked, step
from troth.platform.web.documents import PAPERS, Paper, PaperVersion, Tab, register_tab
from troth.platform.web.values import Link, Status

history.words({"platform.paper_printed": _("Paper printed"), "platform.paper_sent": _("Paper sent by mail")})
history.reads({"paper": lambda code: papers.paper(code).title})

MAILS = {
    "waiting": Status(_("Mail waits"), "waiting"),
    "sent": Status(_("Mail sent"), "done"),
    "failed": Status(_("Mail failed"), "stopped"),
}
STALE = Status(_("Changed since printed"), "waiting")
CURRENT = Status(_("Up to date"), "done")
NOT_PRINTED = Status(_("Not printed yet"), "draft")


def tab(document_kind: str, actor: Any, key: int) -> Tab | None:
    """The papers of a document; none where the actor may see none of its papers."""
    if not any(actor.may(one.view) for one in papers.papers_of(document_kind)):
        return None
    return Tab("papers", _("Papers"), PAPERS, lambda: {"papers": _shown(document_kind, key, actor)})


def _shown(document_kind: str, key: int, actor: Any) -> list[Paper]:
    rows = queries.papers_of(document_kind, key, by=actor)
    names = history.names_of(one.printed_by_id for row in rows for one in row.printings)
    return [_paper(row, key, actor, names) for row in rows]


def _paper(row: PaperRow, key: int, actor: Any, names: dict[int | None, str]) -> Paper:
    code = row.paper.code
    may_print = actor.may(row.paper.print)
    if not row.printings:
        return Paper(
            row.paper.title, status=NOT_PRINTED, step=_print(actor, code, key) if may_print else None, versions=()
        )
    versions = [_version(one, row, actor, names) for one in row.printings]
    again = _print(actor, code, key) if row.is_stale else _again(actor, code, key)
    return Paper(
        row.paper.title,
        versions[0].url,
        row.printings[0].printed_at.date(),
        STALE if row.is_stale else CURRENT,
        again if may_print and row.paper.offered(key) else None,
        versions,
    )


def _print(actor: Any, code: str, key: int) -> Any:
    return step(actor, _("Print"), "papers:print", code, key)


def _again(actor: Any, code: str, key: int) -> Any:
    return step(actor, _("Print again"), "papers:again", code, key, method="get")


def _version(one: PrintingRow, row: PaperRow, actor: Any, names: dict[int | None, str]) -> PaperVersion:
    may_send = row.paper.mail is not None and actor.may(row.paper.print) and one is row.printings[0]
    url = reverse("papers:open", args=[one.id])
    return PaperVersion(
        one.version, url, f"{url}?download", one.printed_at, names.get(one.printed_by_id, "–"), one.reason,
        [(to, MAILS[state]) for to, state in one.sent],
        step(actor, _("Send by mail"), "papers:send", one.id, method="get") if may_send else None,
    )  # fmt: skip


def _page_of(document_kind: str, key: int) -> str:
    return reverse(documents.kind(document_kind).url_name, args=[key]) + "?tab=papers"


def open_paper(request: HttpRequest, printing: int) -> HttpResponse:
    """The file of a printing, to look at or (with ?download) to keep."""
    row = queries.printing(printing, by=demand(request, ""))
    return _file(row, "attachment" if "download" in request.GET else "inline")


def _file(row: Printing, disposition: str) -> HttpResponse:
    answer = HttpResponse(queries.pdf(row), content_type="application/pdf")
    answer["Content-Disposition"] = f'{disposition}; filename="{row.file_name}.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def print_paper(request: HttpRequest, paper: str, key: int) -> HttpResponse:
    """Print a paper that was not printed yet, or that says something else by now."""
    return _printing(paper)(request, key)


def _printing(code: str) -> Callable[..., HttpResponse]:
    def do(request: HttpRequest, actor: Any, key: int) -> Said:
        made = actions.print_paper(paper=code, document_id=key, **clocked(request, actor))
        return Said(_said(made), _page_of(papers.paper(code).document_kind, key))

    return button(do)


def _said(made: actions.Printed) -> str:
    title = papers.paper(made.paper).title
    return gettext("%(paper)s printed, version %(version)s.") % {"paper": title, "version": made.version}


class PrintAgain(AskPage):
    """Why the same is printed once more."""

    form_class = Reason
    danger = False
    submit_label = _("Print again")

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.paper = papers.paper(captured["paper"])
        return super().dispatch(request, *args, **captured)

    def ask(self, actor: Any, key: int) -> None:
        self.key = key
        self.title = gettext("Print again: %(paper)s") % {"paper": self.paper.title}
        self.sentence = _("A new version takes the place of the one before; it says so, with the reason.")
        self.cancel_url = _page_of(self.paper.document_kind, key)

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        made = actions.print_paper(
            paper=self.paper.code,
            document_id=self.key,
            reason=form.cleaned_data["reason"],
            **clocked(self.request, actor),
        )
        return self.done(_said(made), self.cancel_url)


class MailForm(forms.Form):
    to = forms.EmailField(label=_("To"), max_length=254)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(label=_("Text"), max_length=5000, widget=forms.Textarea(attrs={"class": "letter"}))


class SendPaper(AskPage):
    """The mail as it will go out; everything may be changed first."""

    form_class = MailForm
    danger = False
    submit_label = _("Send")

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        captured["key"] = captured.pop("printing")
        return super().dispatch(request, *args, **captured)

    def ask(self, actor: Any, key: int) -> None:
        self.row = queries.printing(key, by=actor)
        title = papers.paper(self.row.paper).title
        self.title = gettext("Send by mail: %(paper)s %(number)s") % {
            "paper": title,
            "number": self.row.document_number,
        }
        self.sentence = gettext("%(file)s.pdf goes with it.") % {"file": self.row.file_name}
        self.cancel_url = _page_of(self.row.document_kind, self.row.document_id)
        self.crumbs = [Link(self.row.document_number, self.cancel_url)]

    def initial(self) -> dict[str, Any]:
        subject, body = queries.draft_mail(self.row)
        return {"to": self.row.email, "subject": subject, "body": body}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        sent = actions.send_paper(printing_id=self.row.pk, **form.cleaned_data, **clocked(self.request, actor))
        return self.done(gettext("The mail to %(to)s goes out in a moment.") % {"to": sent.to}, self.cancel_url)


for _kind in sorted({one.document_kind for one in papers.all_papers()}):
    register_tab(_kind, partial(tab, _kind))

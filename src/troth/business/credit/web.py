"""The pages of credit: accounts, one account by its parts, and the documents that wait for a decision."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit import actions, handoffs, queries, rating_pages, screens
from troth.kernel.errors import NotFound, Sentence
from troth.kernel.money import parse_money
from troth.ledgers.exposure.queries import Standing
from troth.platform import documents as kinds
from troth.platform.documents import DocumentRef
from troth.platform.web import documents, formats
from troth.platform.web.acts import AskPage, Reason, step, steps
from troth.platform.web.columns import Cell, Column, Filter, table_of
from troth.platform.web.documents import Document, DocumentPage, Fact, Tab
from troth.platform.web.forms import FigureField
from troth.platform.web.history import changes_of
from troth.platform.web.language import recorded, worded
from troth.platform.web.lists import ListPage
from troth.platform.web.values import Empty, Link, Money, Party, Step

PARTS = {
    "open_orders": _("Open orders"),
    "open_deliveries": _("Open deliveries"),
    "open_invoices": _("Open invoices"),
    "deposits": _("Deposits"),
}


def clocked(request: HttpRequest, actor: Any) -> dict[str, Any]:
    return {"by": actor, "clock": request.clock}  # type: ignore[attr-defined]


class AccountList(ListPage):
    title = _("Credit accounts")
    permission = "credit.view_account"
    columns = (
        Column("number", _("Payer")),
        Column("party", _("Name"), "party", wide=True, sort=True),
        Column("orders", _("Orders"), "money"),
        Column("deliveries", _("Deliveries"), "money"),
        Column("invoices", _("Invoices"), "money"),
        Column("deposits", _("Deposits"), "money"),
        Column("limit", _("Limit"), "money", sort=True),
        Column("free", _("Free"), "money"),
        Column("parent", _("Belongs to")),
        Column("status", _("Status"), "status"),
    )
    filters = (Filter("unlimited", _("Not checked"), "flag"),)
    search_label = _("Number or name")
    steps = (
        Step(_("Credit checks"), reverse_lazy("masterdata:credit-checks-list"), "get"),
        Step(_("Credit ratings"), reverse_lazy("credit:ratings"), "get"),
    )
    empty = Empty(_("No credit accounts"), _("A payer without an account has no limit: credit is not checked."))
    source = screens.accounts
    row_url = staticmethod(lambda row: reverse("credit:account", args=[row.company_id, row.party_id]))

    def _steps(self, actor: Any) -> list[Step]:
        bring = step(actor, _("Import"), "credit:file-import", "credit_accounts", method="get")
        out = step(actor, _("As a file"), "masterdata:file", "credit_accounts", "xlsx", method="get")
        return [*super()._steps(actor), *steps(bring, out)]


class BlockedList(ListPage):
    title = _("Blocked for credit")
    permission = "credit.view_account"
    columns = (
        Column("number", _("Document")),
        Column("party", _("Payer"), "party", wide=True),
        Column("amount", _("Amount"), "money"),
        Column("exposure", _("Exposure"), "money"),
        Column("limit", _("Limit"), "money"),
        Column("excess", _("Past the limit by"), "money"),
        Column("days", _("Waits"), "ageing"),
        Column("goods", _("Goods kept until"), wrap=True),
        Column("proposal", _("Proposal"), wrap=True),
    )
    search_label = _("Document")
    empty = Empty(_("Nothing is blocked"), _("Orders past the credit limit wait here for a decision."))
    source = screens.blocked
    row_url = staticmethod(lambda row: reverse("credit:block-release", args=[row.id]))


class AccountPage(DocumentPage):
    permission = "credit.view_account"
    document_kind = "credit_account"

    def get(self, request: HttpRequest, company: int, party: int) -> Any:  # type: ignore[override]
        return super().get(request, (company, party))

    def _account(self, actor: Any, key: tuple[int, int]) -> queries.AccountView:
        if not actor.sees(key[0]):
            raise NotFound("There is no such account, or it belongs to another company.")
        return queries.account(*key)

    def document(self, actor: Any, key: tuple[int, int]) -> Document:
        account = self._account(actor, key)
        parts, currency = account.exposure, account.currency
        limit = None if account.limit is None else Money(account.limit, currency)
        free = None if account.available is None else Money(account.available, currency)
        return Document(
            kind=_("Credit account"),
            number=account.party_number,
            status=screens.status(account.limit, _counted(account) - account.guaranteed),
            party=Party(account.party_name, account.party_number),
            total=Money(parts.total, currency),
            total_label=_("Exposure"),
            facts=(
                Fact(_("Limit"), limit or gettext("none")),
                Fact(_("Free"), free),
                *(Fact(word, Money(getattr(parts, name), currency)) for name, word in PARTS.items()),
                Fact(_("Risk class"), account.risk_class),
                Fact(_("Guaranteed"), Money(account.guaranteed, currency) if account.guaranteed else None),
                Fact(_("Highest dunning level"), account.dunning_level or None),
                Fact(_("To be reviewed by"), account.review_on),
                Fact(_("Outside rating"), rating_pages.told(*key) or None),
                *_shared(account),
            ),
            next_step=step(actor, _("Set limit"), "credit:limit", *key, method="get", company_id=key[0]),
            steps=steps(step(actor, _("Judge what waits again"), "credit:judge", *key, company_id=key[0])),
            crumbs=(Link(_("Credit accounts"), reverse("credit:accounts")),),
        )

    def tabs(self, actor: Any, key: tuple[int, int]) -> tuple[Tab, ...]:
        columns = (
            Column("document", _("Document"), "link"),
            Column("part", _("Stands under"), wide=True),
            Column("due_on", _("Due"), "date"),
            Column("amount", _("Amount"), "money"),
        )

        def standing() -> dict[str, Any]:
            account = self._account(actor, key)
            rows = [_standing(one, account.currency, actor) for one in account.documents]
            return {
                "table": {"columns": columns, "rows": [[Cell(c, c.of(row)) for c in columns] for row in rows]},
                "empty": Empty(
                    _("Nothing is open"), _("Orders, deliveries and invoices of this payer are listed here.")
                ),
            }

        def changes() -> dict[str, Any]:
            account = self._account(actor, key)
            return {"changes": changes_of(DocumentRef("credit_account", account.account_id or 0))}

        def members() -> dict[str, Any]:
            account = self._account(actor, key)
            found = account.group.members if account.group else ()
            return {
                "table": table_of(MEMBERS, [_member(one, account) for one in found]),
                "empty": Empty(_("It shares no limit"), _("Accounts that belong to one another share its limit.")),
            }

        return (
            Tab("documents", _("What it is made of"), documents.TABLE, standing),
            Tab("group", _("Group"), documents.TABLE, members),
            Tab("ratings", _("Ratings"), documents.TABLE, lambda: rating_pages.tab(*key)),
            Tab("history", _("History"), documents.HISTORY, changes),
        )


def _counted(account: queries.AccountView) -> int:
    """What counts against the account's limit: what it owes, or where it heads a group, what the group does."""
    group = account.group
    return group.exposure.total if group and group.head_id == account.party_id else account.exposure.total


MEMBERS = (
    Column("payer", _("Payer"), "link"),
    Column("name", _("Name"), wide=True),
    Column("parent", _("Belongs to")),
    *(Column(name, word, "money") for name, word in PARTS.items()),
    Column("total", _("Exposure"), "money"),
)


def _member(one: queries.Member, account: queries.AccountView) -> dict[str, Any]:
    url = reverse("credit:account", args=[account.company_id, one.party_id])
    owed = {name: Money(getattr(one.exposure, name), account.currency) for name in (*PARTS, "total")}
    return {"payer": Link(one.number, url), "name": one.name, "parent": one.parent_number, **owed}


def _shared(account: queries.AccountView) -> list[Fact]:
    """What the account shares with others, if it does."""
    group, currency = account.group, account.currency
    if group is None:
        return []
    limit = None if group.limit is None else Money(group.limit, currency)
    free = None if group.available is None else Money(group.available, currency)
    url = reverse("credit:account", args=[account.company_id, group.head_id])
    return [
        Fact(_("Shares the limit of"), Party(group.head_name, group.head_number, url)),
        Fact(_("Exposure of the group"), Money(group.exposure.total, currency)),
        Fact(_("Limit of the group"), limit or gettext("none")),
        Fact(_("Free in the group"), free),
    ]


def _standing(one: Standing, currency: str, actor: Any) -> dict[str, Any]:
    return {
        "document": link_of(one.document, actor),
        "part": PARTS[str(one.part)],
        "due_on": one.due_on,
        "amount": Money(one.amount, currency),
    }


POINTS = {
    "order_create": _("Order entered"),
    "order_change": _("Order changed"),
    "delivery_create": _("Delivery made"),
    "delivery_change": _("Delivery raised"),
    "goods_issue": _("Goods issue"),
}
OUTCOMES = {"warn": _("warning"), "error": _("did not go on"), "block": _("block")}
FOUND = (
    Column("at", _("Checked")),
    Column("point", _("Checked when")),
    Column("outcome", _("What followed")),
    Column("why", _("Why"), wide=True, wrap=True),
    Column("rule", _("Rule")),
    Column("amount", _("This document"), "money"),
    *(Column(name, word, "money") for name, word in PARTS.items()),
    Column("total", _("Exposure"), "money"),
    Column("limit", _("Limit"), "money"),
    Column("excess", _("Past the limit by"), "money"),
)


def credit_tabs(actor: Any, ref: Callable[[], DocumentRef]) -> tuple[Tab, ...]:
    """The tab of a document that shows what its checks of credit found, for those who may see accounts."""
    if not actor.may("credit.view_account"):
        return ()

    def found() -> dict[str, Any]:
        why = _("What a check of credit does not let pass is kept here, with the exposure by part and the rule.")
        return {
            "table": table_of(FOUND, [_found(one) for one in queries.found_on(ref())]),
            "empty": Empty(_("Credit held nothing back"), why),
        }

    return (Tab("credit", _("Credit"), documents.TABLE, found),)


def _found(one: queries.Found) -> dict[str, Any]:
    amounts = {"amount": one.amount, "total": one.exposure.total, "excess": one.excess}
    amounts |= {name: getattr(one.exposure, name) for name in PARTS}
    return {
        "at": formats.instant(one.at),
        "point": POINTS.get(one.point, one.point),
        "outcome": OUTCOMES.get(one.outcome, one.outcome),
        "why": " ".join(worded(sentence) for sentence in one.sentences),
        "rule": one.rule or gettext("standard"),
        "limit": None if one.limit is None else Money(one.limit, one.currency),
        **{name: Money(amount, one.currency) for name, amount in amounts.items()},
    }


def link_of(ref: DocumentRef, actor: Any) -> Link:
    """A document by its kind and number, with its page where the actor may open it."""
    known = {kind.code: kind for kind in kinds.kinds()}
    kind = known.get(ref.kind)
    title = str(kind.title).capitalize() if kind else ref.kind
    url = reverse(kind.url_name, args=[ref.id]) if kind and actor.may(kind.permission) else ""
    return Link(f"{title} {ref.number or ref.id}", url)


recorded(
    Sentence("Exposure is %(total)s, %(excess)s past the limit of %(limit)s."),
    Sentence(
        "Exposure of the group of %(parent)s is %(total)s, %(excess)s past what it may be (%(allowed)s); "
        "%(own)s of it is this payer's."
    ),
    Sentence("Exposure is %(total)s, of which %(guaranteed)s is guaranteed: %(excess)s past the limit of %(limit)s."),
    Sentence("The document stands for %(found)s without cover; %(allowed)s is the most."),
    Sentence("%(found)s of %(invoices)s invoiced is overdue; %(allowed)s percent is the most."),
    Sentence("The oldest open item is %(found)s days overdue; %(allowed)s is the most."),
    Sentence("%(found)s orders, deliveries and invoices are open; %(allowed)s is the most."),
    Sentence("The payer was dunned to level %(found)s; %(allowed)s is the highest that passes."),
    Sentence("The payer's credit was to be reviewed by %(day)s."),
)


class Release(Reason):
    up_to = FigureField(
        label=_("Up to a value of"), max_length=30, required=False,
        help_text=_("Raised to this value, it is not blocked again. Empty: raised past the limit, it is."),
    )  # fmt: skip
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("What has not left by this day is judged again. Empty: the release holds."),
    )  # fmt: skip


class BlockRelease(AskPage):
    """The facts of a credit block, and the decision about it."""

    danger = False
    form_class = Release
    template_name = "credit/release.html"

    def ask(self, actor: Any, key: int) -> None:
        found = screens.blocked_document(actor, key)
        if found is None:
            raise NotFound("This block does not stand any more.", block=key)
        self.found = found
        self.cancel_url = reverse("credit:blocked")
        self.crumbs = [Link(_("Blocked for credit"), self.cancel_url)]
        self.title = gettext("Credit block of %(number)s") % {"number": found.ref.number}
        self.sentence = " ".join(worded(sentence) for sentence in found.sentences)
        may = actor.may("credit.release_block", company_id=found.company_id)
        self.submit_label = _("Release") if may else ""

    def more(self) -> dict[str, Any]:
        found, currency = self.found, self.found.currency
        parts = [Fact(word, Money(getattr(found.exposure, name), currency)) for name, word in PARTS.items()]
        actor = self.request.actor  # type: ignore[attr-defined]
        keep = steps(
            step(
                actor, _("Keep blocked"), "credit:block-keep", found.block_id, method="get", company_id=found.company_id
            )
        )
        ask = steps(
            step(
                actor, _("Ask back"), "web:request-new", found.ref.kind, found.ref.id, method="get",
                company_id=found.company_id, query=f"?kind={handoffs.ASKED_BACK.code}",
            )
        )  # fmt: skip
        return {
            **super().more(),
            "facts": [
                Fact(_("Payer"), Party(found.party_name, found.party_number)),
                Fact(_("This document"), Money(found.amount, currency)),
                *parts,
                Fact(_("Exposure"), Money(found.exposure.total, currency)),
                Fact(_("Limit"), Money(found.limit, currency) if found.limit is not None else gettext("none")),
                Fact(_("Past the limit by"), Money(found.excess, currency)),
                Fact(_("Rule"), found.rule or gettext("standard")),
                Fact(_("Outside rating"), rating_pages.told(found.company_id, found.party_id) or None),
                Fact(_("Goods kept until"), screens.goods(found) or None),
                Fact(_("Proposal"), screens.proposal(found) or None),
            ],
            "account": Link(_("Credit account"), reverse("credit:account", args=[found.company_id, found.party_id])),
            "keep": keep[0] if keep else None,
            "ask": ask[0] if ask else None,
            "document": link_of(found.ref, actor),
            "reject": _reject(found, actor),
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        up_to = parse_money(given["up_to"], self.found.decimals) if given["up_to"] else None
        released = actions.release_block(
            self.found.block_id, reason=given["reason"], bounds=actions.Bounds(up_to, given["until"]),
            **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(gettext("%(number)s released.") % {"number": released.document_number}, self.cancel_url)


def _reject(found: queries.BlockedDocument, actor: Any) -> Any:
    """The way to reject the order for its credit, where an upper app offers one."""
    offered = steps(*(offer(actor, found.ref) for offer in _rejections))
    return offered[0] if offered else None


_rejections: list[Any] = []


def register_rejection(offer: Any) -> None:
    """Say how a blocked document is rejected, by (actor, ref) -> Step or None; the document's own app registers it."""
    _rejections.append(offer)

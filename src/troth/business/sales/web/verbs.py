"""What the buttons of sales do: each calls one action, says what was done, and goes on."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit.web import register_rejection
from troth.business.sales import actions, queries
from troth.business.sales.forms import day, text
from troth.business.sales.rules import sources
from troth.business.sales.web.entry import back_to_nothing, told
from troth.platform.documents import DocumentRef
from troth.platform.web.acts import AskPage, Said, button, once, step
from troth.platform.web.values import Link, Step


def clocked(request: HttpRequest, actor: Any) -> dict[str, Any]:
    return {"by": actor, "clock": request.clock}  # type: ignore[attr-defined]


def order_url(key: int) -> str:
    return reverse("sales:order", args=[key])


def quotation_url(key: int) -> str:
    return reverse("sales:quotation", args=[key])


def _submit(request: HttpRequest, actor: Any, key: int) -> Said:
    submitted = actions.submit_order(key, **clocked(request, actor))
    return Said(told(submitted)[0], order_url(key), back_to_nothing(actor, key))


def _copy(request: HttpRequest, actor: Any, key: int) -> Said:
    saved = actions.copy_order(key, source_system=sources.PAGE, **clocked(request, actor))
    sentence = gettext("%(number)s is a draft like the order you copied.") % {"number": saved.number}
    return Said(sentence, order_url(saved.id), back_to_nothing(actor, saved.id))


def _anew(request: HttpRequest, actor: Any, key: int) -> Said:
    made = actions.promise_anew(key, **clocked(request, actor))
    count = len(made.changes)
    sentence = ngettext("%(count)s item comes sooner now.", "%(count)s items come sooner now.", count)
    return Said(sentence % {"count": count}, order_url(key))


def _send(request: HttpRequest, actor: Any, key: int) -> Said:
    saved = actions.send_quotation(key, **clocked(request, actor))
    return Said(gettext("%(number)s sent.") % {"number": saved.number}, quotation_url(key))


def _accept(request: HttpRequest, actor: Any, key: int) -> Said:
    saved = actions.accept_quotation(key, **clocked(request, actor))
    return Said(gettext("%(number)s accepted.") % {"number": saved.number}, quotation_url(key))


order_submit, order_copy, order_anew = button(_submit), button(_copy), button(_anew)
quotation_send, quotation_accept = button(_send), button(_accept)


class OrderAsk(AskPage):
    """A question about one order."""

    def ask(self, actor: Any, key: int) -> None:
        self.view = queries.order(key, by=actor)
        self.cancel_url = order_url(key)
        self.crumbs = [Link(_("Orders"), reverse("sales:orders")), Link(self.view.ref.number, self.cancel_url)]
        self.words()

    def words(self) -> None:
        """Set what this question says."""

    @property
    def number(self) -> str:
        return str(self.view.ref.number)

    @property
    def acting(self) -> dict[str, Any]:
        return clocked(self.request, self.request.actor)  # type: ignore[attr-defined]


class OrderCancel(OrderAsk):
    def words(self) -> None:
        self.title = self.submit_label = gettext("Cancel order %(number)s") % {"number": self.number}
        self.sentence = _(
            "All that was promised is free at once. A cancelled order cannot be brought back; copy it instead."
        )

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.cancel_order(self.view.ref.id, reason=form.cleaned_data["reason"], **self.acting)
        return self.done(gettext("%(number)s cancelled.") % {"number": self.number}, self.cancel_url)


class OrderReject(OrderAsk):
    def words(self) -> None:
        self.title = gettext("Reject order %(number)s for its credit") % {"number": self.number}
        self.submit_label = _("Reject order")
        self.sentence = _("The order is cancelled, and what was promised on it is free at once.")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.reject_for_credit(self.view.ref.id, reason=form.cleaned_data["reason"], **self.acting)
        return self.done(gettext("%(number)s rejected.") % {"number": self.number}, reverse("credit:blocked"))


def _offer_rejection(actor: Any, ref: DocumentRef) -> Step | None:
    return step(actor, _("Reject order"), "sales:order-reject", ref.id, method="get") if ref.kind == "order" else None


register_rejection(_offer_rejection)


class _ItemAsk(OrderAsk):
    @property
    def line(self) -> int:
        return int(self.kwargs["line"])


class ItemReject(_ItemAsk):
    def words(self) -> None:
        self.title = gettext("Reject item %(line)s of %(number)s") % {"line": self.line, "number": self.number}
        self.sentence = _("What was promised on it is free at once, and its value leaves the order.")
        self.submit_label = _("Reject item")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.reject_item(self.view.ref.id, self.line, reason=form.cleaned_data["reason"], **self.acting)
        return self.done(gettext("Item %(line)s rejected.") % {"line": self.line}, self.cancel_url)


class Amount(forms.Form):
    quantity = text(_("Quantity"), 30, help_text=_("In the item's unit; empty: all that is open."))


class ItemAllocate(_ItemAsk):
    form_class = Amount
    danger = False

    def words(self) -> None:
        self.title = gettext("Allocate stock to item %(line)s of %(number)s") % {
            "line": self.line,
            "number": self.number,
        }
        self.sentence = _(
            "The goods are tied to this item: nobody else gets them. Goods promised to others stay theirs."
        )
        self.submit_label = _("Allocate stock")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        quantity = form.cleaned_data["quantity"] or None
        actions.allocate_stock(self.view.ref.id, self.line, quantity=quantity, **self.acting)
        undo = step(actor, _("Undo"), "sales:item-free", self.view.ref.id, self.line)
        return self.done(gettext("Stock allocated to item %(line)s.") % {"line": self.line}, self.cancel_url, undo)


def item_free(request: HttpRequest, key: int, line: int) -> Any:
    """Let all stock go that is tied to an item."""

    def free(request: HttpRequest, actor: Any, key: int) -> Said:
        actions.release_allocation(key, line, **clocked(request, actor))
        undo = step(actor, _("Undo"), "sales:item-allocate", key, line, method="get")
        return Said(gettext("Allocated stock of item %(line)s is free.") % {"line": line}, order_url(key), undo)

    return button(free)(request, key)


class QuotationAsk(OrderAsk):
    def ask(self, actor: Any, key: int) -> None:
        self.view = queries.quotation(key, by=actor)
        self.cancel_url = quotation_url(key)
        self.crumbs = [Link(_("Quotations"), reverse("sales:quotations")), Link(self.number, self.cancel_url)]
        self.words()


class QuotationReject(QuotationAsk):
    def words(self) -> None:
        self.title = gettext("Quotation %(number)s is rejected") % {"number": self.number}
        self.sentence = _("Note why the customer declines. A rejected quotation can be revised.")
        self.submit_label = _("Note rejection")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        actions.reject_quotation(self.view.ref.id, reason=form.cleaned_data["reason"], **self.acting)
        return self.done(gettext("%(number)s rejected.") % {"number": self.number}, self.cancel_url)


class OrderFromQuotation(forms.Form):
    customer_reference = text(_("Customer's order number"), 60)
    requested_on = day(_("Wished date"), help_text=_("Empty: by the delivery time that was quoted."))

    def __init__(self, *args: Any, has_time: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_time:
            self.fields["requested_on"].required = True
            self.fields["requested_on"].help_text = _("No delivery time was quoted.")


class QuotationOrder(QuotationAsk):
    form_class = OrderFromQuotation
    danger = False
    creates = True

    def words(self) -> None:
        self.title = gettext("Order from quotation %(number)s") % {"number": self.number}
        self.sentence = _("All that is still open is ordered at the quoted prices. The quotation counts as accepted.")
        self.submit_label = _("Make order")

    def form_arguments(self) -> dict[str, Any]:
        quoted = self.view.document
        dated = all(one.line.delivery_days is not None or one.line.requested_on for one in self.view.lines)
        return {"has_time": bool(quoted.delivery_days is not None or quoted.requested_on or dated)}

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = {name: value for name, value in form.cleaned_data.items() if value}
        submitted = once(actions.order_from_quotation)(self.view.ref.id, **given, key=self.client_key, **self.acting)
        return self.done(told(submitted)[0], order_url(submitted.id), back_to_nothing(actor, submitted.id))

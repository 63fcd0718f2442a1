"""The page on which a credit manager sets the limit of a payer, and what stands beside it."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit import actions, queries
from troth.kernel.errors import NotFound
from troth.kernel.money import format_money, parse_money
from troth.platform.web.acts import AskPage, clocked
from troth.platform.web.forms import FigureField


class LimitForm(forms.Form):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    limit = FigureField(label=_("Limit"), max_length=30, required=False, help_text=_("Empty: credit is not checked."))
    risk_class = forms.CharField(label=_("Risk class"), max_length=10, required=False)
    guaranteed = FigureField(
        label=_("Guaranteed"), max_length=30, required=False, help_text=_("It does not count against the limit.")
    )
    dunning_level = forms.IntegerField(label=_("Highest dunning level"), min_value=0, max_value=9, required=False)
    parent = forms.CharField(
        label=_("Belongs to"), max_length=40, required=False,
        help_text=_("The number of the payer whose limit it shares."),
    )  # fmt: skip
    review_on = forms.DateField(
        label=_("To be reviewed by"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


class Limit(AskPage):
    form_class = LimitForm
    danger = False

    def ask(self, actor: Any, key: Any) -> None:
        company, party = self.kwargs["company"], self.kwargs["party"]
        if not actor.sees(company):
            raise NotFound("There is no such account, or it belongs to another company.")
        self.account = queries.account(company, party)
        self.cancel_url = reverse("credit:account", args=[company, party])
        self.title = gettext("Limit of %(party)s") % {"party": self.account.party_name}
        self.sentence = gettext("In %(currency)s. What waits is judged again.") % {"currency": self.account.currency}
        self.submit_label = _("Set limit")

    def initial(self) -> dict[str, Any]:
        account = self.account
        return {
            "limit": "" if account.limit is None else format_money(account.limit, account.decimals),
            "risk_class": account.risk_class,
            "guaranteed": format_money(account.guaranteed, account.decimals) if account.guaranteed else "",
            "dunning_level": account.dunning_level,
            "review_on": account.review_on,
            "parent": account.parent_number,
            "version": account.version,
        }

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        limit = parse_money(given["limit"], self.account.decimals) if given["limit"] else None
        guaranteed = parse_money(given["guaranteed"], self.account.decimals) if given["guaranteed"] else 0
        standing = actions.Standing(
            given["risk_class"], guaranteed, given["dunning_level"] or 0, given["review_on"], given["parent"]
        )  # fmt: skip
        actions.set_limit(
            self.account.company_id, self.account.party_id, limit=limit, standing=standing,
            version=given["version"] or None, **clocked(self.request, actor),
        )  # fmt: skip
        return self.done(gettext("Limit set."), self.cancel_url)

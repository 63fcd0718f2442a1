"""What a credit manager decides beside a release: to keep a document blocked, or to have an account judged again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.business.credit import actions, screens
from troth.kernel.errors import NotFound, Sentence
from troth.platform.web.acts import AskPage, Said, button, clocked
from troth.platform.web.language import recorded
from troth.platform.web.values import Link

recorded(
    Sentence("Released by the limit that was set."),
    Sentence("Released because credit was judged again and passes."),
    Sentence("Released by payment %(number)s."),
    Sentence("Released because order %(number)s was cancelled."),
    Sentence("Released because order %(number)s claims less."),
    Sentence("Released because less is open of invoice %(number)s."),
    Sentence("Released because delivery %(number)s claims less."),
    Sentence("Released because the exposure fell."),
)


def judge(request: HttpRequest, company: int, party: int) -> HttpResponse:
    """The button that has an account judged again."""
    return button(_judge)(request, (company, party))


def _judge(request: HttpRequest, actor: Any, key: tuple[int, int]) -> Said:
    done = actions.judge_again(*key, **clocked(request, actor))
    sentence = ngettext("%(count)s document released.", "%(count)s documents released.", len(done.released)) % {
        "count": len(done.released)
    }
    if done.passes:
        more = ngettext("%(count)s more passes.", "%(count)s more pass.", done.passes) % {"count": done.passes}
        sentence = f"{sentence} {more}"
    return Said(sentence, reverse("credit:account", args=key))


class Keep(AskPage):
    """The reason for which a document stays blocked, whatever is paid."""

    danger = False

    def ask(self, actor: Any, key: int) -> None:
        found = screens.blocked_document(actor, key)
        if found is None:
            raise NotFound("This block does not stand any more.", block=key)
        self.found = found
        self.cancel_url = reverse("credit:block-release", args=[key])
        self.crumbs = [Link(_("Blocked for credit"), reverse("credit:blocked"))]
        self.title = gettext("Keep %(number)s blocked") % {"number": found.ref.number}
        self.sentence = gettext("It is not released when the customer pays; somebody must release it.")
        self.submit_label = _("Keep blocked")

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        reason = form.cleaned_data["reason"]
        kept = actions.keep_block(self.found.block_id, reason=reason, **clocked(self.request, actor))
        return self.done(gettext("%(number)s stays blocked.") % {"number": kept.document_number}, self.cancel_url)

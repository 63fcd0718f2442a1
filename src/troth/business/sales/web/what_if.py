"""The way from an order or a quotation to the what-if that asks for all of its lines."""

from typing import Any

from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from troth.business.sales.queries import DocumentView
from troth.platform.web.acts import step
from troth.platform.web.values import Step


def what_if_step(view: DocumentView, actor: Any) -> Step | None:
    return step(
        actor, _("What if"), "promising:what-if", method="get", company_id=view.document.company_id,
        query="?" + urlencode({"document": view.ref.number}),
    )  # fmt: skip

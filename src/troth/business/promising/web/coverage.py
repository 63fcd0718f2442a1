"""The coverage report: every product at a site that no check of availability covers, and why."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from troth.business.promising import screens
from troth.platform.web.columns import Column, Filter
from troth.platform.web.lists import ListPage
from troth.platform.web.values import Empty


class Coverage(ListPage):
    title = _("Not covered by a check")
    permission = "promising.view_availability"
    file_name = "coverage"
    columns = (
        Column("product", _("Product"), "party", wide=True),
        Column("site", _("Site")),
        Column("group", _("Availability group")),
        Column("reason", _("Reason"), wide=True),
    )
    filters = (
        Filter("reason", _("Reason"), "choice", tuple(screens.REASONS.items())),
        Filter("stocked", _("Only what should be checked"), "flag"),
    )
    empty = Empty(_("Every product is checked"), _("What would be promised without a check is listed here."))
    source = staticmethod(screens.coverage)
    row_key = staticmethod(lambda row: row.mark)
    row_url = staticmethod(
        lambda row: reverse("product", args=[row.product_id]) if row.product_id else reverse("masterdata:files")
    )

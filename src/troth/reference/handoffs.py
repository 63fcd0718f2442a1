"""When the desks of a site are manned, and what a company has set for a kind of request."""

from datetime import time

from troth.kernel.office_hours import OfficeHours
from troth.platform.requests import Terms
from troth.reference import queries
from troth.reference.models import RequestTerms, Site


class SiteTimes:
    """What requests reckon their deadlines by: `platform.requests.Times`."""

    def hours(self, company_id: int, site_id: int | None) -> OfficeHours | None:
        """The hours of the site; where a document has none, of the company's first active one by code."""
        found = Site.objects.filter(company_id=company_id, is_active=True).order_by("code")
        if site_id is not None:
            found = Site.objects.filter(pk=site_id)
        for opens, closes, zone, calendar_id in found.values_list("opens", "closes", "time_zone", "calendar_id")[:1]:
            return OfficeHours(
                queries.calendar(calendar_id), time.fromisoformat(opens), time.fromisoformat(closes), zone
            )
        return None

    def terms(self, kind: str) -> Terms | None:
        wanted = ("answer_minutes", "receipt_minutes", "same_day", "escalates_to")
        for row in RequestTerms.objects.filter(kind=kind, is_active=True).values_list(*wanted):
            return Terms(*row)
        return None

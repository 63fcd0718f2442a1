"""The company and site in the bar, and the choice of another site."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from troth.doors.web.hours import companies_of
from troth.platform.actors import Actor
from troth.platform.web import workplace
from troth.platform.web.frame import Choice, Place
from troth.platform.web.refusals import way_back
from troth.reference import queries as reference


def place_of(request: HttpRequest) -> Place | None:
    """The company whose books these are, or the first two; where the person works, and where else they could."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    names = [name for name, _zone in companies_of(request)]
    if not names:
        return None
    sites, here = reached(actor), workplace.site_of(request)
    site = next((one.name for one in sites if one.code == here), "")
    if len(sites) == 1:
        return Place(", ".join(names), sites[0].name)
    every = Choice("", gettext("All sites"), not site)
    choices = (every, *(Choice(one.code, one.name, one.code == here) for one in sites)) if sites else ()
    return Place(", ".join(names), site or (every.label if sites else ""), choices, reverse("site-choose"))


def reached(actor: Actor) -> Sequence[reference.SiteRow]:
    """The sites that the person works for, by code."""
    return [site for site in reference.sites() if actor.sees(site.company_id, site.id)]


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Work at the posted site, and go back; one that the person does not reach changes nothing.

    A list that was narrowed by the site before begins anew.
    """
    code = request.POST.get("site", "")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not code or code in {site.code for site in reached(actor)}:
        workplace.choose(request, code)
    return HttpResponseRedirect(way_back(request).partition("?")[0])

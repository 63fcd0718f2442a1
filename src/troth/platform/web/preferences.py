"""Theme and rail width, kept in a cookie of this browser: what suits the laptop need not suit the wall screen."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from troth.platform.web.frame import RAILS, THEMES
from troth.platform.web.refusals import way_back

ALLOWED = {"theme": THEMES, "rail": RAILS}
YEAR_SECONDS = 365 * 24 * 3600


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Set what was posted and go back. A value that does not exist sets nothing."""
    answer = HttpResponseRedirect(way_back(request))
    for name, allowed in ALLOWED.items():
        value = request.POST.get(name, "")
        if value in allowed:
            answer.set_cookie(f"troth_{name}", value, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure())
    return answer

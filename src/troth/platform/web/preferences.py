"""What a person chose about the frame: the theme is theirs wherever they sign in, the rail's width this browser's.

Both are kept in a cookie too, so that the page of the sign-in looks as the person left it.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from troth.platform.models import User
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
    _keep(request)
    return answer


def _keep(request: HttpRequest) -> None:
    """Remember with the person what goes with them: the theme, and that they have left the tour."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        User.objects.filter(pk=user.pk).update(theme=theme)
    if request.POST.get("tour") == "left":
        User.objects.filter(pk=user.pk, tour_left_at=None).update(tour_left_at=timezone.now())

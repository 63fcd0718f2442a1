"""What a person chose about the frame: theme and language are theirs wherever they sign in, the rail's width this
browser's.

All are kept in a cookie too, so that the page of the sign-in looks as the person left it.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from troth.platform.models import User
from troth.platform.web.frame import RAILS, THEMES
from troth.platform.web.refusals import way_back

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
ALLOWED = {"theme": THEMES, "rail": RAILS, "language": LANGUAGES}
KEPT = ("theme", "language")
"""What goes with the person, as fields of `User`."""
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
    """Remember with the person what goes with them, and that they have left the tour."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return
    chosen = {name: value for name in KEPT if (value := request.POST.get(name, "")) in ALLOWED[name]}
    if chosen:
        User.objects.filter(pk=user.pk).update(**chosen)
    if request.POST.get("tour") == "left":
        User.objects.filter(pk=user.pk, tour_left_at=None).update(tour_left_at=timezone.now())

"""The site that a person works at in this session: lists begin with it, and forms offer it first.

It narrows nothing that the person may see: a list shows all sites again as soon as its filter is taken off. The
platform knows sites by their codes only; an upper app fills the menu in the bar and says which codes may be chosen.
"""

from django.http import HttpRequest

SESSION = "troth_site"


def site_of(request: HttpRequest) -> str:
    """The code of the chosen site; nothing where the person works at all of theirs."""
    session = getattr(request, "session", None)
    return str(session.get(SESSION, "")) if session is not None else ""


def choose(request: HttpRequest, code: str) -> None:
    """Work at a site from now on, until the session ends; with no code at all of them."""
    if code:
        request.session[SESSION] = code
    else:
        request.session.pop(SESSION, None)

"""The search in the top bar: each app registers a finder for its document numbers, customers or products."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from troth.platform.web.access import Actor, demand
from troth.platform.web.values import Text


@dataclass(frozen=True, slots=True)
class Hit:
    """`exact` says that what was typed is this thing's own number; one exact hit opens at once."""

    kind: Text
    label: Text
    url: str
    note: Text = ""
    exact: bool = False


Finder = Callable[[Actor, str], list[Hit]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Add a finder. It gets the actor and the words, and returns at most 20 hits that the actor may see."""
    if finder not in _finders:
        _finders.append(finder)


def unregister(finder: Finder) -> None:
    _finders.remove(finder)


def search(request: HttpRequest) -> HttpResponse:
    actor = demand(request, "")
    words = request.GET.get("q", "").strip()[:200]
    hits = [hit for finder in _finders for hit in finder(actor, words)] if words else []
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return HttpResponseRedirect(exact[0].url)
    kinds = {kind: [hit for hit in hits if hit.kind == kind] for kind in dict.fromkeys(hit.kind for hit in hits)}
    return render(request, "web/search.html", {"words": words, "kinds": kinds})

"""The command bar: each app registers a finder for its document numbers, customers, products, screens or actions.

While somebody types, htmx asks for the first hits of each kind, drawn as the options of a combobox; Enter without
scripts opens the page with all of them, or, where what was typed is one thing's own name, that thing at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from troth.platform.web.access import Actor, demand
from troth.platform.web.values import Text

WHILE_TYPING = 5
"""Hits of a kind under the bar; the page shows all."""
MOST_OPTIONS = 16


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
    words = " ".join(request.GET.get("q", "").split())[:200]
    hits = _found(actor, words)
    if request.headers.get("HX-Request") == "true":
        answer = render(request, "web/options.html", {"words": words, "groups": _groups(_first(hits))})
        patch_vary_headers(answer, ("HX-Request",))
        return answer
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return HttpResponseRedirect(exact[0].url)
    return render(request, "web/search.html", {"words": words, "kinds": _by_kind(hits)})


def _found(actor: Actor, words: str) -> list[Hit]:
    """What every finder found, the exact hits first; one address stands once."""
    hits = [hit for finder in _finders for hit in finder(actor, words)] if words else []
    once: dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda hit: not hit.exact):
        once.setdefault(hit.url, hit)
    return list(once.values())


def _by_kind(hits: list[Hit]) -> dict[Text, list[Hit]]:
    return {kind: [hit for hit in hits if hit.kind == kind] for kind in dict.fromkeys(hit.kind for hit in hits)}


def _first(hits: list[Hit]) -> list[Hit]:
    """A few of each kind, so that no kind pushes another away."""
    few = [hit for found in _by_kind(hits).values() for hit in found[:WHILE_TYPING]]
    return few[:MOST_OPTIONS]


def _groups(hits: list[Hit]) -> list[tuple[Text, list[tuple[int, Hit]]]]:
    """Each kind with its hits, numbered through: the number makes the option's id."""
    numbered = list(enumerate(hits))
    return [
        (kind, [(number, hit) for number, hit in numbered if hit.kind == kind])
        for kind in dict.fromkeys(hit.kind for hit in hits)
    ]

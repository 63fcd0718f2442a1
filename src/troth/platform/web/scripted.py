"""A form page whose scripts send it and show the answer where the person is, without drawing the page anew.

A browser without scripts sends the same form and gets a page. `static/web/server.js` asks, and tells when nobody
answers.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from troth.platform.web.forms import FormPage


class ScriptedPage(FormPage):
    """Who asks for JSON learns where to go on, `{"go": address}`, or what is wrong, `{"problems": […]}`."""

    def post(self, request: HttpRequest, **captured: Any) -> HttpResponse:
        answer = super().post(request, **captured)
        if self.wants_json and isinstance(answer, HttpResponseRedirect):
            return JsonResponse({"go": answer.url})
        return answer

    @property
    def wants_json(self) -> bool:
        return self.request.headers.get("Accept", "") == "application/json"

    def draw(self, form: Any, rows: Any, status: int = 200) -> HttpResponse:
        if self.wants_json:
            return JsonResponse({"problems": [*found_in(form, None), *found_in_rows(rows)]})
        return super().draw(form, rows, status)


def found_in(form: Any, row: int | None) -> list[dict[str, Any]]:
    """What was refused, by row and field."""
    return [
        {"row": row, "field": name if name != "__all__" else None, "sentence": str(error)}
        for name, errors in form.errors.items()
        for error in errors
    ]


def found_in_rows(rows: Any) -> list[dict[str, Any]]:
    return [one for number, row in enumerate(rows.forms, start=1) for one in found_in(row, number)]

"""The gallery behind a person who may do everything, with a master-data screen over a list in memory."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from troth.kernel.errors import InvalidInput, NotFound
from troth.platform.web import areas, frame
from troth.platform.web.columns import Column
from troth.platform.web.keyset import Page
from troth.platform.web.lists import ListQuery
from troth.platform.web.master import MasterScreens, Record, Words
from troth.platform.web.urls import sign_in


class Person:
    name = "Ines Okafor"
    user_id = None  # keeps no views
    is_signed_in = True

    def __init__(self, refused: tuple[str, ...] = ()) -> None:
        self.refused = refused

    def may(self, permission: str, company_id: int | None = None, site_id: int | None = None) -> bool:
        return permission not in self.refused


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refused = tuple(filter(None, request.headers.get("X-Refused", "").split(",")))
        request.actor = Person(refused) if "X-Nobody" not in request.headers else None
        return self.get_response(request)


AREAS = tuple(
    areas.Area(key, label, name, "" if key == "home" else f"sample.view_{key}", key, order)
    for order, (key, label, name) in enumerate(
        (
            ("home", "Home", "parts:home"),
            ("order", "Orders", "parts:list"),
            ("delivery", "Deliveries", "parts:document"),
            ("customer", "Customers and their addresses everywhere", "parts:form"),
            ("settings", "All parts", "parts:parts"),
        )
    )
)


def fill_frame() -> None:
    """Register the sample's areas, company and inbox, as an app does when it is ready."""
    for area in AREAS:
        areas.register(area)
    frame.register_place(lambda request: frame.Place("Adventure Works", "Bothell"))
    frame.register_inbox(lambda request: frame.Inbox(7, "/parts/list/"))


class ColourForm(forms.Form):
    code = forms.CharField(label="Code", max_length=4)
    name = forms.CharField(label="Name", required=False)
    weight_g = forms.IntegerField(label="Weight in g", min_value=1, required=False)


colours: dict[str, dict] = {}


def create(actor: Person, values: dict) -> str:
    if values["code"] in colours:
        raise InvalidInput("There is already a colour with this code. Choose another.", field="code")
    colours[values["code"]] = {**values, "active": True}
    return values["code"]


def load(actor: Person, key: str) -> Record:
    if key not in colours:
        raise NotFound(f"There is no colour {key}.")
    return Record(colours[key]["name"], colours[key], colours[key]["active"])


def colour_rows(query: ListQuery) -> Page:
    found = [colours[code] for code in sorted(colours)]
    return Page(found, count=len(found))


screens = MasterScreens(
    key="colours",
    words=Words("colour", "Colours", "New colour", "Colours make products look different."),
    columns=(Column("code", "Code"), Column("name", "Name", wide=True), Column("weight_g", "Weight", "number")),
    source=colour_rows,
    row_key=lambda row: row["code"],
    form=ColourForm,
    load=load,
    converter="str",
    view_permission="sample.view_colour",
    edit_permission="sample.edit_colour",
    create=create,
    change=lambda actor, key, values: colours[key].update(values),
    deactivate=lambda actor, key: colours[key].update(active=False),
)

handler400 = "troth.platform.web.errors.bad_request"
handler403 = "troth.platform.web.errors.forbidden"
handler404 = "troth.platform.web.errors.not_found"
handler500 = "troth.platform.web.errors.failed"

urlpatterns = [
    path("", include("troth.platform.web.urls")),
    path("parts/", include("troth.platform.web.gallery")),
    *sign_in,
    *screens.urls(),
]

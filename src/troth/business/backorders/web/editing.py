"""The forms that write variants and segments. A segment is saved with its variant, so that all of it is checked."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from troth.business.backorders import jobs, queries, words
from troth.business.backorders.actions import variants as actions
from troth.business.backorders.actions.simulate import settings_of
from troth.business.backorders.models import Segment, Variant
from troth.business.backorders.rules.limits import percent
from troth.business.backorders.rules.selection import CODES, DAYS_MAX, PRIORITY_MAX, Filter, WrongSelection
from troth.business.backorders.rules.variants import NAME_MAX, TIMES_MAX, Limits, SegmentDraft, Settings, VariantDraft
from troth.business.backorders.states import Only
from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries.traits import values_of
from troth.kernel.errors import NotFound, Refusals, Sentence
from troth.platform.web.acts import Said, button, clocked, once
from troth.platform.web.forms import FigureField, FormPage, Section
from troth.platform.web.values import Link
from troth.reference import queries as reference

RANGES = ("priority_from", "priority_until", "wanted_from", "wanted_until")
SORT_FIELDS = ("first", "second", "third", "fourth")
FIRST_SEGMENT = SegmentDraft("All lines", "improve")
LINES_MAX = 10**9


def _codes(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4_000, help_text=help_text or _("Separated by commas; empty: all.")
    )


class FilterForm(forms.Form):
    """Which lines are meant."""

    sites = forms.MultipleChoiceField(
        label=_("Sites"), required=False, help_text=_("None chosen: all."),
        choices=lambda: [(one.code, f"{one.code} · {one.name}") for one in reference.sites(with_closed=True)],
    )  # fmt: skip
    order_types = forms.MultipleChoiceField(
        label=_("Order types"), required=False, help_text=_("None chosen: all."),
        choices=lambda: [(code, kind.name) for code, kind in masterdata.snapshot().order_types.items()],
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        label=_("Checked as"), required=False, help_text=_("None chosen: all."), choices=list(words.EVENTS.items())
    )
    customer_groups = forms.MultipleChoiceField(
        label=_("Customer groups"), required=False, help_text=_("None chosen: all."),
        choices=lambda: [(one, one) for one in values_of("customer_group")],
    )  # fmt: skip
    regions = forms.MultipleChoiceField(
        label=_("Regions shipped to"), required=False, help_text=_("None chosen: all."),
        choices=lambda: [(one, one) for one in values_of("region")],
    )  # fmt: skip
    sales_organisations = forms.MultipleChoiceField(
        label=_("Sales organisations"), required=False, help_text=_("None chosen: all."),
        choices=lambda: [(one, one) for one in values_of("channel")],
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=_("Product categories"), required=False, help_text=_("None chosen: all."),
        choices=lambda: [(one, one) for one in reference.categories()],
    )  # fmt: skip
    products = _codes(_("Products"), _("Numbers, separated by commas; empty: all."))
    customers = _codes(_("Customers"), _("Numbers, separated by commas; empty: all."))
    priority_from = forms.IntegerField(
        label=_("Delivery priority from"), required=False, min_value=0, max_value=PRIORITY_MAX
    )
    priority_until = forms.IntegerField(
        label=_("Delivery priority until"), required=False, min_value=0, max_value=PRIORITY_MAX
    )
    wanted_from = forms.IntegerField(
        label=_("Wished from"), required=False, min_value=-DAYS_MAX, max_value=DAYS_MAX,
        help_text=_("Days from today; -7 is a week ago."),
    )  # fmt: skip
    wanted_until = forms.IntegerField(
        label=_("Wished until"),
        required=False,
        min_value=-DAYS_MAX,
        max_value=DAYS_MAX,
        help_text=_("Days from today."),
    )
    only = forms.ChoiceField(label=_("As they are promised now"), choices=list(words.ONLY.items()), initial=Only.ALL)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("products", "customers"):
            if name in given:
                given[name] = tuple(dict.fromkeys(filter(None, (one.strip() for one in given[name].split(",")))))
        return given


def filter_of(given: dict[str, Any]) -> Filter:
    limits = {name: given[name] for name in RANGES}
    codes = {name: tuple(given[name]) for name in CODES}
    return Filter(**codes, **limits, only=given["only"])  # type: ignore[arg-type]


def shown(one: Filter) -> dict[str, Any]:
    """A filter as the form begins with it."""
    return {
        **{name: list(getattr(one, name)) for name in CODES}, **{name: getattr(one, name) for name in RANGES},
        "only": one.only, "products": ", ".join(one.products), "customers": ", ".join(one.customers),
    }  # fmt: skip


STRATEGY_CHOICES = [(code, word) for code, word in words.STRATEGIES.items()]
FALLBACKS = {
    "win_fallback": [(code, words.STRATEGIES[code]) for code in ("gain", "improve", "redistribute", "fill", "lose")],
    "gain_fallback": [(code, words.STRATEGIES[code]) for code in ("improve", "redistribute", "fill", "lose")],
}


class VariantForm(FilterForm):
    sections = (
        Section(_("Variant"), ("name", "company")),
        Section(
            _("Selection"),
            ("sites", "order_types", "events", "sales_organisations", "regions", "customer_groups", "customers",
             "categories", "products", "wanted_from", "wanted_until",
             "priority_from", "priority_until", "only", "with_unconfirmed"),
            _("Lines that are not selected keep what they have."),
        ),
        Section(_("Other goods"), ("asks_rules",)),
        Section(
            _("When a strategy cannot be kept"), ("win_reaction", "win_fallback", "gain_reaction", "gain_fallback")
        ),
        Section(
            _("Limits"), ("worse_share", "worse_lines_max", "later_days_max", "later_times_max"),
            _("Beyond the first three somebody else than who simulated has to approve; the last holds for everybody."),
        ),
        Section(_("Runs by itself"), ("rhythm", "at", "applies_itself")),
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=NAME_MAX)
    company = forms.TypedChoiceField(label=_("Company"), coerce=int)
    with_unconfirmed = forms.BooleanField(
        label=_("Lines without a confirmation too"), required=False, initial=True,
        help_text=_("Without it only lines take part that have something confirmed."),
    )  # fmt: skip
    asks_rules = forms.BooleanField(
        label=_("Ask the rules of availability for lines that stay short or late"), required=False,
        help_text=_("Only rules that are meant for runs are asked, for what is free after the run."),
    )  # fmt: skip
    win_reaction = forms.ChoiceField(label=_("If Win cannot be kept"), choices=list(words.REACTIONS.items()))
    win_fallback = forms.ChoiceField(label=_("Treat it as"), choices=FALLBACKS["win_fallback"], initial="improve")
    gain_reaction = forms.ChoiceField(label=_("If Gain cannot be kept"), choices=list(words.REACTIONS.items()))
    gain_fallback = forms.ChoiceField(label=_("Treat it as"), choices=FALLBACKS["gain_fallback"], initial="improve")
    worse_share = FigureField(
        label=_("Lines that may get worse, in percent"), required=False, max_length=8, help_text=_("Empty: no limit.")
    )
    worse_lines_max = forms.IntegerField(
        label=_("Lines that may get worse"), required=False, min_value=0, max_value=LINES_MAX,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    later_days_max = forms.IntegerField(
        label=_("Days that a line may come later"), required=False, min_value=0, max_value=DAYS_MAX,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    later_times_max = forms.IntegerField(
        label=_("Times that runs may make a line later"), required=False, min_value=0, max_value=TIMES_MAX,
        help_text=_("1: never later twice. Who was made later so often keeps what it has. Empty: no limit."),
    )  # fmt: skip
    rhythm = forms.ChoiceField(label=_("How often"), choices=list(words.RHYTHMS.items()))
    at = forms.TimeField(
        label=_("At"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By the clock of the company."),
    )  # fmt: skip
    applies_itself = forms.BooleanField(
        label=_("Apply what keeps to the limits without asking"), required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, companies: Sequence[tuple[int, str]], is_new: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["company"].choices = companies  # type: ignore[attr-defined]
        self.fields["company"].disabled = not is_new


def _share(given: str) -> int | None:
    """A share in percent as hundredths of a percent."""
    if not given:
        return None
    whole, _point, part = given.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) < 4) or not (part or "0").isdigit() or len(part) > 2:
        raise WrongSelection(Sentence("Enter a share from 0 to 100 percent."), field="worse_share")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def draft_of(given: dict[str, Any], segments: tuple[SegmentDraft, ...]) -> VariantDraft:
    settings = Settings(
        selection=filter_of(given), segments=segments, with_unconfirmed=given["with_unconfirmed"],
        win=(given["win_reaction"], given["win_fallback"]), gain=(given["gain_reaction"], given["gain_fallback"]),
        limits=Limits(
            _share(given["worse_share"]), given["worse_lines_max"], given["later_days_max"], given["later_times_max"]
        ),
        asks_rules=given["asks_rules"],
    )  # fmt: skip
    return VariantDraft(
        given["company"], given["name"], settings, given["rhythm"], given["at"], given["applies_itself"]
    )  # fmt: skip


def draft_from(one: Variant, settings: Settings) -> VariantDraft:
    """A variant as it stands, with other settings."""
    return VariantDraft(one.company_id, one.name, settings, one.rhythm, one.at_time, one.applies_itself)


class VariantCreate(FormPage):
    title = _("New variant")
    lead = _("Begin with the head. Its segments are added on the next page; it has one that improves all lines.")
    permission = "backorders.save_variant"
    form_class = VariantForm
    cancel_url = reverse_lazy("backorders:variants")
    crumbs = (Link(_("Backorder variants"), reverse_lazy("backorders:variants")),)
    creates = True

    def form_arguments(self) -> dict[str, Any]:
        return {"companies": queries.companies(self.request.actor), "is_new": True}  # type: ignore[attr-defined]

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        draft = draft_of(form.cleaned_data, (FIRST_SEGMENT,))
        key = once(actions.save_variant)(draft, key=self.client_key, **clocked(self.request, actor))
        return reverse("backorders:variant", args=[key])


class VariantChange(FormPage):
    permission = "backorders.save_variant"
    form_class = VariantForm

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.variant = queries.variant_of(request.actor, captured["key"])  # type: ignore[attr-defined]
        self.cancel_url = reverse("backorders:variant", args=[self.variant.pk])
        self.crumbs = (
            Link(gettext("Backorder variants"), reverse("backorders:variants")),
            Link(self.variant.name, self.cancel_url),
        )
        self.title = gettext("Change %(name)s") % {"name": self.variant.name}
        return super().dispatch(request, *args, **captured)

    def form_arguments(self) -> dict[str, Any]:
        one = reference.company(self.variant.company_id)
        return {"companies": [(one.id, one.name)], "is_new": False}

    def initial(self) -> dict[str, Any]:
        one, settings = self.variant, settings_of(self.variant)
        limits = settings.limits
        return {
            **shown(settings.selection), "name": one.name, "company": one.company_id,
            "with_unconfirmed": settings.with_unconfirmed, "asks_rules": settings.asks_rules,
            "win_reaction": settings.win[0],
            "win_fallback": settings.win[1], "gain_reaction": settings.gain[0], "gain_fallback": settings.gain[1],
            "worse_share": "" if limits.worse_share_max is None else percent(limits.worse_share_max),
            "worse_lines_max": limits.worse_lines_max, "later_days_max": limits.later_days_max,
            "later_times_max": limits.later_times_max,
            "rhythm": one.rhythm, "at": one.at_time, "applies_itself": one.applies_itself,
        }  # fmt: skip

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        draft = draft_of(form.cleaned_data, settings_of(self.variant).segments)
        actions.save_variant(
            draft, variant_id=self.variant.pk, expected_version=self.variant.version, **clocked(self.request, actor)
        )
        return reverse("backorders:variant", args=[self.variant.pk])


class SegmentForm(FilterForm):
    sections = (
        Section(_("Segment"), ("name", "strategy")),
        Section(
            _("Which lines"),
            ("sites", "order_types", "events", "sales_organisations", "regions", "customer_groups", "customers",
             "categories", "products", "wanted_from", "wanted_until",
             "priority_from", "priority_until", "only"),
            _("Of the lines that no segment before it takes."),
        ),
        Section(_("Ranked by"), SORT_FIELDS, _("Who comes first gets the goods; the first entered decides at last.")),
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=NAME_MAX)
    strategy = forms.ChoiceField(
        label=_("Strategy"), choices=[(code, f"{word}: ") for code, word in STRATEGY_CHOICES], initial="improve",
        widget=forms.RadioSelect,
    )  # fmt: skip
    first = forms.ChoiceField(label=_("First"), required=False)
    second = forms.ChoiceField(label=_("Then"), required=False)
    third = forms.ChoiceField(label=_("Then"), required=False)
    fourth = forms.ChoiceField(label=_("Then"), required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [("", "–"), *words.SORTS.items()]
        for name in SORT_FIELDS:
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["strategy"].choices = [  # type: ignore[attr-defined]
            (code, f"{word}: {words.MEANINGS[code]}") for code, word in STRATEGY_CHOICES
        ]


class SegmentPage(FormPage):
    """What adding and changing a segment share: it is written with its variant, at its place."""

    permission = "backorders.save_variant"
    form_class = SegmentForm
    variant: Variant
    place: int

    def begin(self, request: HttpRequest, key: int) -> None:
        """Set `variant` and `place` (from 0)."""
        raise AssertionError("a segment page says which variant it is of")

    def dispatch(self, request: HttpRequest, *args: Any, **captured: Any) -> Any:
        self.begin(request, captured["key"])
        self.cancel_url = reverse("backorders:variant", args=[self.variant.pk])
        self.crumbs = (
            Link(gettext("Backorder variants"), reverse("backorders:variants")),
            Link(self.variant.name, self.cancel_url),
        )
        return super().dispatch(request, *args, **captured)

    def submit(self, actor: Any, form: Any, rows: Any) -> str:
        given = form.cleaned_data
        sort = tuple(given[name] for name in SORT_FIELDS if given[name])
        draft = SegmentDraft(given["name"], given["strategy"], filter_of(given), sort)
        _save(self.variant, lambda found: [*found[: self.place], draft, *found[self.place + 1 :]], self.request, actor)
        return str(self.cancel_url)


class SegmentCreate(SegmentPage):
    title = _("Add a segment")
    submit_label = _("Add")

    def begin(self, request: HttpRequest, key: int) -> None:
        self.variant = queries.variant_of(request.actor, key)  # type: ignore[attr-defined]
        self.place = self.variant.segments.count()

    def initial(self) -> dict[str, Any]:
        return {"first": "priority", "second": "requested", "only": Only.ALL}


class SegmentChange(SegmentPage):
    def begin(self, request: HttpRequest, key: int) -> None:
        self.segment = _segment(request.actor, key)  # type: ignore[attr-defined]
        self.variant, self.place = self.segment.variant, self.segment.position - 1
        self.title = gettext("Change %(name)s") % {"name": self.segment.name}

    def initial(self) -> dict[str, Any]:
        one = self.segment
        sort = dict(zip(SORT_FIELDS, one.sort, strict=False))
        return {**shown(Filter.of(one.filter)), "name": one.name, "strategy": one.strategy, **sort}


def _segment(actor: Any, key: int) -> Segment:
    """A segment of a variant that the actor may see; `NotFound` else."""
    found = Segment.objects.select_related("variant").filter(pk=key).first()
    if found is None:
        raise NotFound(Sentence("There is no such segment any more. Open the variant again."), segment=key)
    queries.variant_of(actor, found.variant_id)
    return found


Rearranged = Callable[[list[SegmentDraft]], list[SegmentDraft]]


def _save(one: Variant, change: Rearranged, request: HttpRequest, actor: Any) -> None:
    settings = settings_of(one)
    draft = draft_from(one, replace(settings, segments=tuple(change(list(settings.segments)))))
    try:
        actions.save_variant(draft, variant_id=one.pk, expected_version=one.version, **clocked(request, actor))
    except Refusals as several:
        raise Refusals([_without_row(one) for one in several.refusals]) from None


def _without_row(refusal: Any) -> Any:
    """What is wrong in a segment, told on the page of the segment, which has no rows."""
    refusal.row = None
    return refusal


def _mover(by: int) -> Callable[..., Any]:
    def move(request: HttpRequest, actor: Any, key: int) -> Said:
        segment = _segment(actor, key)
        place = segment.position - 1

        def moved(found: list[SegmentDraft]) -> list[SegmentDraft]:
            found.insert(max(min(place + by, len(found)), 0), found.pop(place))
            return found

        _save(segment.variant, moved, request, actor)
        said = gettext("%(name)s moved.") % {"name": segment.name}
        return Said(said, reverse("backorders:variant", args=[segment.variant_id]))

    return button(move)


def _remove(request: HttpRequest, actor: Any, key: int) -> Said:
    segment = _segment(actor, key)
    place = segment.position - 1
    _save(segment.variant, lambda found: [*found[:place], *found[place + 1 :]], request, actor)
    said = gettext("%(name)s is removed.") % {"name": segment.name}
    return Said(said, reverse("backorders:variant", args=[segment.variant_id]))


def _simulate(request: HttpRequest, actor: Any, key: int) -> Said:
    queries.variant_of(actor, key)
    started = jobs.begin(key, **clocked(request, actor))
    said = gettext("%(number)s was simulated. Nothing is changed yet.") % {"number": started.number}
    return Said(said, reverse("backorders:run", args=[started.id]))


def _put_away(request: HttpRequest, actor: Any, key: int) -> Said:
    one = queries.variant_of(actor, key)
    actions.put_away_variant(key, **clocked(request, actor))
    said = gettext("%(name)s is put away.") if one.is_active else gettext("%(name)s is back in use.")
    return Said(said % {"name": one.name}, reverse("backorders:variant", args=[key]))


up, down, remove = _mover(-1), _mover(1), button(_remove)
simulate, put_away = button(_simulate), button(_put_away)

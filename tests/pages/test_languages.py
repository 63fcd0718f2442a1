"""English and German: words, figures and dates of the pages by the person's language, and what they type in it."""

import copy
import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver
from django.utils import translation

from tests.pages.test_rights import PAGES
from troth.business.masterdata.models import CheckingScope
from troth.business.sales.rules.drafts import parse_date
from troth.business.sales.rules.refusals import PastDate
from troth.business.sales.web.entry import told
from troth.kernel.errors import BusinessError, Sentence, together
from troth.kernel.money import format_money
from troth.kernel.quantity import format_quantity
from troth.ledgers.stock.models import Balance
from troth.platform.permissions import ROLES
from troth.platform.web import formats
from troth.platform.web.language import worded

# words of pages that no German sentence holds
ENGLISH = re.compile(
    r"(?<!-)\b(the|and|not|with|from|order|orders|delivery|deliveries|customer|invoice|quantity|save|cancel|back|change)\b",
    re.IGNORECASE,
)
UNTRANSLATED = ("/admin/", "/journal/")
"""Django's own pages of tables, and the journal, whose texts were written when it was posted."""
ROUTE_NAMES = re.compile(r"From \w+ by road|\b(delivery|order)-\d+|\bproduct, site, (due_)?on, quantity\b")
"""Names of routes, keys of rows, and the columns of a file, which are called the same in all languages."""

OF_SCOPES = ("/checking-scopes/", "/availability-groups/", "/availability/", "/promises/")
"""Pages that name scopes of check and their codes: master data, which stands there as somebody called it."""


def scopes_as_named() -> str:
    """A pattern of the names and the codes of the scopes, the longest first."""
    rows = CheckingScope.objects.values_list("name", "code")
    found = sorted({word for row in rows for word in row}, key=len, reverse=True)
    return r"\b(" + "|".join(re.escape(word) for word in found) + r")\b"


def words_of(page: str) -> str:
    """What a person reads of a page: no markup, no scripts."""
    body = re.sub(r"<(script|style|code|kbd)\b.*?</\1>", " ", page, flags=re.S)
    said = re.findall(r'(?:aria-label|placeholder|title)="([^"]*)"', body)
    read = " ".join([*said, re.sub(r"<[^>]+>", " ", body)])
    return re.sub(r"\s+", " ", ROUTE_NAMES.sub(" ", read))


@pytest.fixture
def german(sign_in):
    """A browser of somebody with these roles who reads German."""

    def by(*roles: str) -> Client:
        browser = sign_in(*roles)
        get_user_model().objects.update(language="de")
        return browser

    return by


def test_before_sign_in_a_page_speaks_what_the_browser_asks_for(client, db):
    for asked, word, lang in (("de-DE,de;q=0.9", "Anmelden", "de"), ("fr", "Sign in", "en")):
        body = client.get("/sign-in/", headers={"Accept-Language": asked}).content.decode()
        assert word in body
        assert f'<html lang="{lang}"' in body


def test_a_language_is_chosen_in_the_menu_and_goes_with_the_person(sign_in):
    browser = sign_in("representative")
    assert '<button name="language" value="de" lang="de">Deutsch</button>' in browser.get("/orders/").content.decode()
    browser.post("/preferences/", {"language": "de"})
    user = get_user_model().objects.get()
    assert user.language == "de"
    other = Client()
    other.force_login(user)
    body = other.get("/orders/", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="de"' in body
    assert "Aufträge" in body
    assert 'value="de" lang="de" aria-pressed="true"' in body


def test_the_sign_in_page_remembers_the_language_that_was_chosen(sign_in):
    browser = sign_in("representative")
    browser.post("/preferences/", {"language": "de"})
    browser.post("/sign-out/")
    assert "Anmelden" in browser.get("/sign-in/").content.decode()


def test_a_language_that_is_not_offered_is_not_kept(sign_in):
    sign_in("representative").post("/preferences/", {"language": "tlh"})
    assert get_user_model().objects.get().language == "en"


def test_figures_and_dates_stand_in_german(world, german):
    body = german("representative").get(world.url("/orders/{due}/")).content.decode()
    words = words_of(body)
    for word in ("Auftrag", "Positionen", "Verlauf", "Auftrag stornieren"):
        assert word in words, word
    assert re.search(r"\d+,\d\d EUR", words)
    assert re.search(r"(Mo|Di|Mi|Do|Fr|Sa|So)\.?, \d+\. ", words)


def test_a_refusal_is_said_in_german_with_its_day(world, german):
    with translation.override("de"), pytest.raises(PastDate) as refused:
        parse_date("2026-03-01", today=date(2026, 3, 2))
    assert refused.value.message == "2026-03-01 has passed. Enter 2026-03-02 or a later date."
    with translation.override("de"):
        assert worded(refused.value.message) == "01.03.2026 ist vergangen. 02.03.2026 oder später eingeben."


def test_a_sentence_made_of_sentences_is_said_part_by_part():
    lacks = Sentence("Line %(line)s lacks %(what)s. Enter it.", line=10, what=Sentence("a route"))
    whole = together(lacks, Sentence("Enter at least one line."))
    assert whole == "Line 10 lacks a route. Enter it. Enter at least one line."
    with translation.override("de"):
        assert worded(whole) == "Position 10 braucht eine Route. Mindestens eine Position erfassen."
    refused = BusinessError(Sentence("There is no unit %(id)s."), id="%(x)s")
    assert (refused.message, refused.facts) == ("There is no unit %(x)s.", {"id": "%(x)s"})


def test_why_a_submitted_order_is_blocked_is_told_in_german():
    submitted = SimpleNamespace(
        state="submitted",
        number="SO-1",
        lines=(),
        deliveries=(),
        blocks=("The credit limit is exceeded.",),
        not_delivered=(),
        warnings=(),
        is_short=False,
    )
    with translation.override("de"):
        sentence, warns = told(submitted)
    assert sentence.endswith(". Das Kreditlimit ist überschritten.")
    assert warns


@pytest.fixture
def pages():
    """Every module of pages is loaded; they declare what stands in records."""
    return get_resolver().url_patterns


def test_a_sentence_that_stands_in_a_record_is_recognised(pages):
    with translation.override("de"):
        said = worded("Exposure is 400.00 EUR, 300.00 EUR past the limit of 100.00 EUR.")
    assert said == "Obligo 400,00 EUR, 300,00 EUR über dem Limit von 100,00 EUR."


@pytest.mark.parametrize(
    ("cause", "german"),
    [
        ("delivery DL-7 gave back what it had taken", "Lieferung DL-7 gab zurück, was sie genommen hatte"),
        (
            "more was issued with delivery DL-7 than was promised",
            "mit Lieferung DL-7 ging mehr aus, als zugesagt war",
        ),
        ("batch C-1 can be used until further notice", "Charge C-1 ist bis auf Weiteres verwendbar"),
        ("batch C-1 can be used until 2026-03-02", "Charge C-1 ist bis 02.03.2026 verwendbar"),
    ],
)
def test_why_supply_slipped_is_said_in_german(pages, cause, german):
    with translation.override("de"):
        assert worded(cause) == german


@pytest.mark.parametrize(
    ("language", "typed", "read"),
    [
        ("de", "1,5", "1.5"),
        ("de", "1.200,5", "1200.5"),
        ("de", "1.200", "1200"),
        ("de", "1.5", "1.5"),
        ("de", "viel", "viel"),
        ("en", "1.5", "1.5"),
        ("en", "1,200.5", "1200.5"),
        ("en", "1,5", "1,5"),
    ],
)
def test_a_figure_is_read_as_the_language_writes_it(language, typed, read):
    with translation.override(language):
        assert formats.figure_read(typed) == read


def test_a_quantity_with_a_comma_is_counted_and_shown_again_as_typed(world, german):
    browser = german("warehouse_supervisor")
    page = world.url("/stock/{stock}/count/")
    body = browser.post(page, {"quantity": "1,5x", "reason": "Inventur"}).content.decode()
    assert 'value="1,5x"' in body
    assert "ist keine Menge" in body
    body = browser.post(page, {"quantity": "1,5", "reason": "Inventur"}).content.decode()
    assert "hat mehr Nachkommastellen" in body
    assert browser.post(page, {"quantity": "4,0", "reason": "Inventur"}).status_code == 302
    assert Balance.objects.get(pk=world.keys["stock"]).quantity == 4


def test_the_api_answers_in_english_whatever_the_browser_asks_for(german):
    answer = german("representative").get("/api/v1/orders/999999", headers={"Accept-Language": "de"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no order 999999 that you may see.")


@pytest.mark.parametrize("page", [page for page in PAGES if page not in UNTRANSLATED])
def test_a_page_in_german_has_no_english_left(page, world, german):
    words = words_of(german(*ROLES).get(world.url(page)).content.decode())
    if page.startswith(OF_SCOPES):
        words = re.sub(scopes_as_named(), " ", words)
    assert [words[max(m.start() - 40, 0) : m.end() + 40] for m in ENGLISH.finditer(words)] == []


@pytest.mark.parametrize(
    ("figure", "german"),
    [
        (format_money(-123456789, 2, "EUR"), "-1.234.567,89 EUR"),
        (format_quantity(1_234_500, 3, "kg"), "1.234,5 kg"),
        (format_quantity(12, 0), "12"),
        ("1234.5", "1234.5"),
    ],
)
def test_figures_in_a_sentence_are_written_as_its_reader_writes_them(figure, german):
    said = Sentence("Credit is not limited; exposure is %(total)s.", total=figure)
    assert said == f"Credit is not limited; exposure is {figure}."
    with translation.override("de"):
        assert worded(said) == translation.gettext(said.pattern) % {"total": german}
    assert worded(copy.deepcopy(said)) == worded(said)

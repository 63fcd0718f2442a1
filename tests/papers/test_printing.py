"""Printing: versions, reasons, the same bytes, who may, and what stays."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

import troth
from tests import company as companies
from tests.papers.conftest import pdf, plain, printed, text_of
from troth.kernel.errors import NotFound
from troth.platform.clock import FixedClock
from troth.platform.models import Event, Printing
from troth.platform.permissions import NotAllowed
from troth.platform.printing import actions, papers, queries, typesetting, wording
from troth.platform.printing.actions import ReasonMissing
from troth.reference.models import Letterhead, Party

pytestmark = pytest.mark.django_db


def test_a_printing_says_who_when_and_which_version(yard, invoice):
    row = printed(yard, "invoice", invoice.id)
    assert (row.version, row.document_kind, row.document_number) == (1, "invoice", invoice.number)
    assert (row.printed_at, row.printed_by_id) == (yard.company.clock.now(), None)
    event = Event.objects.get(kind="platform.paper_printed")
    assert (event.document_kind, event.document_id) == ("invoice", invoice.id)
    assert event.facts["file"] == row.pdf_hash


def test_a_printing_is_the_same_file_whenever_it_is_opened(yard, invoice, beta):
    row = printed(yard, "invoice", invoice.id)
    Party.objects.filter(pk=beta).update(name="Another name")
    Letterhead.objects.update(telephone="+49 40 2")
    again = queries.pdf(Printing.objects.get(pk=row.pk))
    assert hashlib.sha256(again).hexdigest() == row.pdf_hash
    assert queries.pdf(row) == again


def test_the_same_words_are_the_same_file_in_another_thread(yard, invoice):
    from concurrent.futures import ThreadPoolExecutor

    row = printed(yard, "invoice", invoice.id)
    layout = papers.paper("invoice").layout
    with ThreadPoolExecutor(2) as pool:
        made = set(pool.map(lambda _: typesetting.pdf(row.content, layout), range(4)))
    assert {hashlib.sha256(one).hexdigest() for one in made} == {row.pdf_hash}


def test_the_same_paper_again_needs_a_reason_and_says_so(yard, invoice):
    printed(yard, "invoice", invoice.id)
    with pytest.raises(ReasonMissing):
        printed(yard, "invoice", invoice.id)
    assert Printing.objects.count() == 1
    later = FixedClock(yard.company.clock.now() + timedelta(days=1))
    second = printed(yard, "invoice", invoice.id, "lost in the post", clock=later)
    assert second.version == 2
    words = text_of(second)
    assert "Copy, version 2. Unchanged since version 1 of March 2, 2026." in words
    assert "Reason: lost in the post" in words


def test_one_client_key_prints_once(yard, invoice):
    wanted = {"paper": "invoice", "document_id": invoice.id, "key": "print-1", **yard.acting}
    first = actions.print_paper(**wanted)
    assert actions.print_paper(**wanted) == first
    assert Printing.objects.count() == 1


def test_a_printing_is_neither_changed_nor_deleted(yard, invoice):
    row = printed(yard, "invoice", invoice.id)
    for statement in ("UPDATE platform_printing SET version = 9", "DELETE FROM platform_printing"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Printing.objects.get(pk=row.pk).version == 1


def test_who_may_not_print_a_paper_may_not(yard, invoice):
    with pytest.raises(NotAllowed):
        printed(yard, "invoice", invoice.id, by=companies.person("warehouse_clerk"))
    with pytest.raises(NotAllowed):
        printed(yard, "invoice", invoice.id, by=companies.person("auditor"))
    assert not Printing.objects.exists()
    assert printed(yard, "invoice", invoice.id, by=companies.person("billing_clerk")).printed_by_id == 11


def test_a_printing_is_opened_by_those_who_see_the_document(yard, invoice):
    row = printed(yard, "invoice", invoice.id)
    assert queries.printing(row.pk, by=companies.person("auditor")).pk == row.pk
    with pytest.raises(NotAllowed):
        queries.printing(row.pk, by=companies.person("warehouse_clerk"))


def test_an_unknown_paper_or_document_is_not_found(yard, invoice):
    with pytest.raises(NotFound):
        printed(yard, "love letter", invoice.id)
    with pytest.raises(NotFound):
        printed(yard, "invoice", invoice.id + 1)
    assert not Printing.objects.exists()


def test_a_paper_is_archival_and_tagged(yard, invoice):
    read = pdf(printed(yard, "invoice", invoice.id))
    marks = read.xmp_metadata
    assert (marks.pdfaid_part, marks.pdfaid_conformance) == ("3", "B")
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == "en"


def test_every_font_is_in_the_file(yard, invoice):
    read = pdf(printed(yard, "invoice", invoice.id))
    fonts = [font.get_object() for page in read.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts]
    names = {str(one["/FontName"]).partition("+")[2] for one in descriptors}
    assert all({"/FontFile2", "/FontFile3"} & one.keys() for one in descriptors)
    assert names <= {"SourceSans3-Regular", "SourceSans3-SemiBold", "SourceSans3-Bold"}


def test_every_word_of_a_catalogue_is_there_in_every_language():
    files = sorted(Path(troth.__file__).parent.rglob("words.toml"))
    assert wording.SHARED in files
    lacking = [
        f"{file.parent.parent.name}: {word}"
        for file in files
        for word, said in wording.catalogue(file).items()
        if set(said) != set(wording.LANGUAGES)
    ]
    assert lacking == []


@pytest.mark.parametrize(("language", "spoken"), [("de", "de"), ("de-AT", "de"), ("en_US", "en"), ("fr", "en")])
def test_a_language_without_a_catalogue_is_answered_in_english(language, spoken):
    assert wording.speaker(language).language == spoken


def test_figures_and_dates_are_those_of_the_reader():
    german = wording.speaker("de")
    assert plain(german.quantity(1234500, 3, "litre")) == "1.234,5 l"
    assert german.money(123456, "EUR") == "1.234,56"
    assert plain(german.percent(880)) == "8,8 %"
    assert german.day(companies.MONDAY) == "2. März 2026"
    assert wording.speaker("en").money(123456, "JPY") == "123,456"

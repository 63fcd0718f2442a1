"""What master data refuses, it refuses in the reader's language too: the words of its fields and kinds of records."""

import pytest
from django.utils import translation

from tests.masterdata.world import CLOCK, MASTER
from tools import messages
from troth.business.masterdata import imports
from troth.business.masterdata.actions.write_customer import CustomerSheet
from troth.business.masterdata.actions.write_price import PriceSheet
from troth.business.masterdata.actions.write_product import ProductSheet
from troth.business.masterdata.rules.words import label, word
from troth.business.masterdata.tables import TABLES
from troth.kernel.errors import Refusals
from troth.platform.web.language import worded


def test_every_field_and_kind_of_record_has_its_word_in_the_catalogues():
    fields = [(name, field) for kind in imports.KINDS.values() for name, field in kind.fields.items()]
    titles = [one.title for one in (*TABLES.values(), CustomerSheet, PriceSheet, ProductSheet)]
    fixed = [name for table in TABLES.values() for name in table.fixed]
    words = {label(name) for name, _ in fields} | {word(field.of) for _, field in fields if field.of}
    words |= {word(name) for name in (*titles, *fixed, *(name for name, field in fields if field.is_key))}
    known = [messages.kept(language) for language in messages.LANGUAGES]
    assert len(words) > 150
    assert sorted(one for one in words for catalogue in known if catalogue.get(one) is None) == []


@pytest.mark.parametrize(
    ("kind", "text", "german"),
    [
        ("currencies", "code,decimals\nUSD,2.5\n", ["Name fehlt.", "Nachkommastellen: Das ist keine ganze Zahl."]),
        ("currencies", "code,name,decimals\nUSD,Dollar,9\n", ["Geben Sie höchstens 6 Nachkommastellen ein."]),
        ("sites", "code,company,name\nHAM,99,Hamburg\n", ["Buchungskreis 99 gibt es nicht.", "Kalender fehlt."]),
        ("calendars", "code,name\nWEEK,Week\nWEEK,Twice\n", ["Zeile 1 hat denselben Schlüssel."]),
    ],
)
def test_a_wrong_row_is_refused_in_german(db, kind, text, german):
    with pytest.raises(Refusals) as refused:
        imports.import_file(imports.kind_of(kind), text.encode(), by=MASTER, clock=CLOCK)
    with translation.override("de"):
        said = [worded(one.message) for one in refused.value.refusals]
    assert [words for words in german if not any(one.startswith(words) for one in said)] == []

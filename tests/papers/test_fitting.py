"""What a layout is told of room: never less than words take, and the same pages as if it had tried by itself."""

import io
import json

import pytest
import typst
from pypdf import PdfReader

from tests.papers.conftest import plain, printed
from troth.platform.printing import contents, fitting, typesetting
from troth.platform.printing.contents import Column, Content, Rich, Row, Sender
from troth.platform.printing.papers import paper

WORDS = ["1,234,567.89", "11111111", "WAVE To. Ty LTV", "fi ffl office", "100.000\u00a0Stk", "Größe · Ж – x", "'\"T.T."]
MEASURE = """
#set text(font: "Source Sans 3", size: 9pt, number-type: "lining", number-width: "tabular", weight: {weight})
#context [#metadata(measure([#sys.inputs.words]).width.pt())<wide>]
"""


@pytest.mark.parametrize("weight", [400, 600, 700])
@pytest.mark.parametrize("words", WORDS)
def test_words_never_take_more_than_is_said_and_hardly_less(words, weight):
    source = MEASURE.format(weight=weight).encode()
    compiler = typst.Compiler(
        input=source, font_paths=[str(fitting.FONTS)], ignore_system_fonts=True, sys_inputs={"words": words}
    )
    taken = json.loads(compiler.query("<wide>", field="value", one=True))
    assert taken <= fitting.width(words, 9, weight) <= taken * 1.25


@pytest.mark.parametrize("words", ["中", "two\nlines", "\u0627"])
def test_what_the_fonts_do_not_have_is_left_to_the_layout(words):
    assert fitting.width(words, 9) is None
    assert fitting.widest([("1", 9, 400), (words, 9, 400)]) is None


def _content(*names, quantity="1"):
    columns = (Column("Item", "right"), Column("Product", width="1fr"), Column("Quantity", "right"))
    rows = tuple(Row((str(place), Rich(name, ("4711",)), quantity)) for place, name in enumerate(names, start=1))
    return Content(
        language="en", title="List", number="1", page="", sender=Sender("Fjell", ""), address=(), facts=(),
        columns=columns, rows=rows,
    )  # fmt: skip


def test_a_name_that_needs_a_second_line_has_its_row_tried_out():
    found = contents.fit(_content("Glove", "Glove with a name that goes on " * 5))
    assert found["lines"] == [1, None]
    assert found["columns"][1] is None
    assert all(found["columns"][::2])


def test_rows_are_tried_out_where_a_column_is():
    found = contents.fit(_content("Glove", quantity="中"))
    assert (found["columns"][2], found["lines"]) == (None, [None])


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["delivery_note", "packing_list", "pick_list"])
def test_pages_are_the_same_as_if_the_layout_had_tried(yard, letterhead, beta, code):
    _order, delivery = yard.delivered(FRAME=2, HELMET=3, GLOVE=1)
    transfer = yard.transfer(delivery)
    row = printed(yard, code, transfer.id if code == "pick_list" else delivery.id)
    told = json.loads(row.content)
    inside = told["more"] if code == "pick_list" else told
    lines = inside["lines"] if code == "pick_list" else inside["rows"]
    fit = inside.pop("fit")
    assert None not in fit["lines"]
    assert fit["columns"].count(None) == 1
    # Each line again and again, until there are several pages.
    lines *= 20
    tried = _pages(told, code)
    inside["fit"] = {**fit, "lines": fit["lines"] * 20}
    assert _pages(told, code) == tried
    assert len(tried) > 1


def _pages(words, code):
    made = typesetting.pdf(json.dumps(words), paper(code).layout)
    return [plain(page.extract_text()) for page in PdfReader(io.BytesIO(made)).pages]

"""Files of an older shape: which columns are needed is told in the documents, and all others may be left out."""

import re
from pathlib import Path

import pytest

from troth.business.masterdata import imports

DOCUMENT = Path(__file__).parents[2] / "docs" / "imports.md"


def needed(kind):
    return [name for name in kind.fields if kind.needs(name)], [
        name for name, field in kind.fields.items() if field.required and not kind.needs(name)
    ]


def told():
    part = DOCUMENT.read_text().split("## Columns that are needed")[1]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", part, re.MULTILINE)
    return {code: tuple(re.findall(r"`(\w+)`", cell) for cell in cells) for code, *cells in rows}


@pytest.mark.parametrize("code", sorted(imports.KINDS))
def test_the_document_names_the_columns_that_a_file_needs(code):
    assert told()[code] == needed(imports.KINDS[code])


@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(imports.KINDS))
def test_no_file_is_refused_for_a_column_that_is_not_needed(code):
    from tests.masterdata.world import CLOCK
    from troth.platform.actors import SYSTEM

    always, _new = needed(imports.KINDS[code])
    assert imports.preview_file(code, (",".join(always) + "\n").encode(), by=SYSTEM, clock=CLOCK).refusals == ()

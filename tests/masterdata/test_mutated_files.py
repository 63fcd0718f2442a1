"""Good files with bytes changed, lost and added: none ends in an exception, none is half taken."""

import random
from collections import Counter

import pytest
from django.db import transaction

from tests.masterdata.bad_files import GOOD, outcome

pytestmark = pytest.mark.django_db
FILES_EACH = 150
ODD = (
    b"\0",
    b'"',
    b",",
    b";",
    b"\t",
    b"\r",
    b"\n",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"-",
    b"1e999",
    b"NaN",
    b"\xf0\x9f\x9a\xb2",
)


def mutated(content, draw):
    """One to four places changed: a byte flipped, a stretch cut out or doubled, something odd put in, the end lost."""
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        at = draw.randrange(len(content) + 1)
        to = min(len(content), at + draw.randint(1, 12))
        content = draw.choice(
            (
                content[:at] + bytes([draw.randrange(256)]) + content[at + 1 :],
                content[:at] + content[to:],
                content[:to] + content[at:],
                content[:at] + draw.choice(ODD) + content[at:],
                content[: max(1, at)],
            )
        )
    return content


@pytest.mark.parametrize("kind", GOOD)
def test_a_mutated_file_is_taken_whole_or_refused_with_its_place(world, kind):
    draw = random.Random(f"7/{kind}")
    ends = Counter()
    for _ in range(FILES_EACH):
        with transaction.atomic():
            ends[outcome(kind, mutated(GOOD[kind].encode(), draw))] += 1
            transaction.set_rollback(True)
    assert sum(ends.values()) == FILES_EACH
    assert min(ends["taken"], ends["refused"], ends["unreadable"]) > 0, ends

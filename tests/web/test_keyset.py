"""Keyset paging over a table that changes between the pages."""

import pytest
from django.contrib.contenttypes.models import ContentType

from troth.platform.web import keyset

pytestmark = pytest.mark.django_db


@pytest.fixture
def names():
    ContentType.objects.all().delete()
    for number in range(1, 10):
        ContentType.objects.create(app_label=f"group{number % 2}", model=f"m{number}")
    return ContentType.objects.all()


def models(page):
    return [row.model for row in page.rows]


def test_pages_follow_one_another_and_lead_back(names):
    first = keyset.page(names, ("model",), limit=4)
    second = keyset.page(names, ("model",), first.next, 4)
    third = keyset.page(names, ("model",), second.next, 4)
    assert [models(p) for p in (first, second, third)] == [["m1", "m2", "m3", "m4"], ["m5", "m6", "m7", "m8"], ["m9"]]
    assert (first.previous, third.next) == (None, None)
    back = keyset.page(names, ("model",), third.previous, 4)
    assert models(back) == ["m5", "m6", "m7", "m8"]
    start = keyset.page(names, ("model",), back.previous, 4)
    assert models(start) == ["m1", "m2", "m3", "m4"]
    assert start.previous is None


def test_rows_inserted_before_the_cursor_move_nothing(names):
    first = keyset.page(names, ("model",), limit=4)
    ContentType.objects.create(app_label="new", model="m0")
    assert models(keyset.page(names, ("model",), first.next, 4)) == ["m5", "m6", "m7", "m8"]


def test_a_row_inserted_behind_the_cursor_is_seen_forwards_and_backwards(names):
    first = keyset.page(names, ("model",), limit=4)
    second = keyset.page(names, ("model",), first.next, 4)
    ContentType.objects.create(app_label="new", model="m41")
    assert models(keyset.page(names, ("model",), first.next, 4)) == ["m41", "m5", "m6", "m7"]
    assert models(keyset.page(names, ("model",), second.previous, 4)) == ["m2", "m3", "m4", "m41"]


def test_deleting_the_row_of_the_cursor_loses_no_other(names):
    first = keyset.page(names, ("model",), limit=4)
    names.filter(model="m4").delete()
    assert models(keyset.page(names, ("model",), first.next, 4)) == ["m5", "m6", "m7", "m8"]


def test_equal_sort_values_are_parted_by_the_primary_key(names):
    seen, after = [], None
    while True:
        page = keyset.page(names, ("-app_label", "-model"), after, 2)
        seen += models(page)
        if page.next is None:
            break
        after = page.next
    assert seen == ["m9", "m7", "m5", "m3", "m1", "m8", "m6", "m4", "m2"]


def test_a_cursor_of_another_order_is_refused(names):
    cursor = keyset.page(names, ("model",), limit=4).next
    with pytest.raises(keyset.InvalidCursor):
        keyset.page(names, ("app_label", "model"), cursor, 4)


@pytest.mark.parametrize("cursor", ["?", "bm9uc2Vuc2U", "WyJ4IiwxLDJd", "é"])
def test_a_malformed_cursor_is_refused(names, cursor):
    with pytest.raises(keyset.InvalidCursor) as refused:
        keyset.page(names, ("model",), cursor, 4)
    assert refused.value.field == "after"


def test_the_count_is_exact_up_to_its_limit_and_absent_above(names, monkeypatch):
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 9)
    assert keyset.bounded_count(names) == 9
    ContentType.objects.create(app_label="new", model="m0")
    assert keyset.bounded_count(names) is None


def test_the_count_is_only_taken_when_asked_for(names, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert keyset.page(names, ("model",)).count is None
    with django_assert_num_queries(2):
        assert keyset.page(names, ("model",), limit=8, count=True).count == 9


def test_a_first_page_that_holds_all_rows_is_counted_without_reading_them_again(names, django_assert_num_queries):
    with django_assert_num_queries(1):
        whole = keyset.page(names, ("model",), limit=9, count=True)
    assert (whole.count, whole.next) == (9, None)
    first = keyset.page(names, ("model",), limit=8)
    with django_assert_num_queries(2):
        assert keyset.page(names, ("model",), first.next, 8, count=True).count == 9


def test_marks_that_are_all_known_are_paged_there_and_back():
    marks = [f"2026-03-0{day}/{number:018}" for day in (2, 1) for number in (10, 9)]
    ordered = sorted(marks)
    first = keyset.page_of_marks(marks, None, 3)
    assert (first.rows, first.previous, first.count) == (ordered[:3], None, 4)
    second = keyset.page_of_marks([*marks, "2026-03-01/0"], first.next, 3)
    assert (second.rows, second.next) == (ordered[3:], None)
    assert keyset.page_of_marks(marks, second.previous, 3).rows == ordered[:3]
    assert keyset.page_of_marks(marks, f"<{ordered[1]}", 3).rows == ordered[:1]

"""HTML from patterns and values says exactly what Django's own function says."""

from django.utils.functional import lazystr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.platform.web.markup import html, joined
from troth.platform.web.values import Tone

texts = st.text(alphabet=st.sampled_from("ab &<>\"'{}é"))
values = st.one_of(
    texts, texts.map(mark_safe), texts.map(lazystr), st.integers(), st.booleans(), st.none(),
    st.floats(allow_nan=False), st.sampled_from(Tone),
)  # fmt: skip


@settings(deadline=None)
@given(values, values)
def test_values_are_escaped_as_django_escapes_them(one, other):
    assert html('<b title="{}">{}</b>', one, other) == format_html('<b title="{}">{}</b>', one, other)
    assert html("<b>{0}{named}</b>", one, named=other) == format_html("<b>{0}{named}</b>", one, named=other)


@settings(deadline=None)
@given(st.lists(st.tuples(values, values)))
def test_rows_are_joined_as_django_joins_them(rows):
    assert joined("<i>{1}{0}</i>", rows) == format_html_join("", "<i>{1}{0}</i>", rows)


def test_what_was_made_is_not_escaped_again():
    assert html("<p>{}</p>", html("<b>{}</b>", "a & b")) == "<p><b>a &amp; b</b></p>"

"""Every word of the pages stands in the catalogues, translated, and by the glossary's own words."""

import re

import pytest

from tests.house.contracts import ROOT
from tools import messages


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_word_of_the_pages_is_translated(language):
    assert list(messages.faults(language)) == []


def test_a_word_that_is_missing_empty_unsure_or_with_other_facts_is_told(tmp_path, monkeypatch):
    path = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    text = messages.path_of("de").read_text()
    wrong = _without(text, "Save").replace('msgid "Sign in"\nmsgstr "Anmelden"', 'msgid "Sign in"\nmsgstr ""')
    wrong = wrong.replace('msgid "Sign out"', '#, fuzzy\nmsgid "Sign out"').replace(
        "%(number)s angelegt.", "%(no)s da."
    )
    path.write_text(wrong)
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    told = " ".join(messages.faults("de"))
    for fault in (
        "missing: 'Save' ",
        "not translated: 'Sign in'",
        "not translated: 'Sign out'",
        "other facts than the original: '%(number)s created.' -> '%(no)s da.'",
    ):
        assert fault in told


def test_the_pages_say_the_german_words_of_the_glossary():
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    catalogue = messages.kept("de")
    rows = re.findall(r"^\| ([a-z -]+) \| ([^|]+) \|", glossary, re.MULTILINE)
    words = {word: german for word, german in rows if german not in ("German", "–")}
    assert len(words) > 50
    other = [
        f"{word}: {message.string}, not {words[word]}"
        for message in catalogue
        if isinstance(message.id, str) and not message.context and (word := message.id.lower()) in words
        if str(message.string).lower() != words[word].lower()
    ]
    assert other == []


def _without(text: str, word: str) -> str:
    """The catalogue without one entry."""
    return "\n\n".join(entry for entry in text.split("\n\n") if f'msgid "{word}"\n' not in f"{entry}\n")

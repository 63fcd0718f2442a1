"""The words of the pages: gathered from the code into the catalogue, and checked against it.

    python tools/messages.py extract    write every word of the code into the catalogues, keep what is translated
    python tools/messages.py check      say what is missing, empty, unsure or has other facts than the original

Words are what stands in `gettext`, `gettext_lazy as _`, `ngettext` and `pgettext`, in `{% translate %}` and
`{% blocktranslate %}`, and the sentence of a refusal that is raised with a plain string. `hatch_build.py` compiles.
"""

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "troth"
LOCALE = SOURCE / "locale"
LANGUAGES = ("de",)
KEYWORDS = {
    "_": None,
    "Sentence": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# the papers have words of their own; these speak to operators, in English
LEFT_OUT = (
    "migrations",
    "doors/bench",
    "doors/backup",
    "doors/crash",
    "doors/cli",
    "doors/demo",
    "platform/api",
    "environment.py",
    "web/gallery",
)
FACT = re.compile(r"%\((\w+)\)[sdr]")
LETTER = re.compile(r"[A-Za-z]")
Word = str | tuple[str, ...]


def files(ending: str) -> Iterator[Path]:
    for path in sorted(SOURCE.rglob(f"*{ending}")):
        if not any(part in path.as_posix() for part in LEFT_OUT):
            yield path


def words_of_code(path: Path) -> Iterator[tuple[int, Word, str | None]]:
    text = path.read_text()
    for line, name, found, _comments in extract_python(io.BytesIO(text.encode()), list(KEYWORDS), [], {}):
        yield from _shaped(line, name, found)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Raise | ast.Return | ast.Call) and (sentence := refusal_sentence(node)):
            yield node.lineno, sentence, None


def refusal_sentence(node: ast.AST) -> str | None:
    """The plain string that a refusal is raised with, or that a refusal's class hands on to its base."""
    call = node.exc if isinstance(node, ast.Raise) else node
    if not isinstance(call, ast.Call) or not call.args:
        return None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    first = call.args[0]
    is_sentence = isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.endswith((".", "?"))
    named_as_class = name[:1].isupper() and name not in NOT_REFUSALS
    return first.value if is_sentence and (named_as_class or name in {"__init__", "refuse"}) else None


NOT_REFUSALS = frozenset({"Check", "Finding", "Path", "ValueError", "AssertionError", "Option", "Argument"})


def words_of_page(path: Path) -> Iterator[tuple[int, Word, str | None]]:
    from django.utils.translation.template import templatize

    source = templatize(path.read_text()).encode()
    for line, name, found, _comments in extract_javascript(io.BytesIO(source), list(KEYWORDS), [], {}):
        yield from _shaped(line, name, found)


def _shaped(line: int, name: str, found: Word | None) -> Iterator[tuple[int, Word, str | None]]:
    """The words of one call, with the context of `pgettext`."""
    parts = [found] if isinstance(found, str) else list(found or ())
    context = parts.pop(0) if parts and name.startswith(("pgettext", "npgettext")) else None
    count = 2 if "ngettext" in name or "npgettext" in name else 1
    if len(parts) >= count and all(part and LETTER.search(part) for part in parts[:count]):
        yield line, parts[0] if count == 1 else tuple(parts[:2]), context


def gathered() -> Catalog:
    """Every word of the code, with the files it stands in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    found = Catalog(fuzzy=False)
    for read, ending in ((words_of_code, ".py"), (words_of_page, ".html")):
        for path in files(ending):
            for _line, word, context in read(path):
                place = (path.relative_to(ROOT).as_posix(), 0)
                found.add(word, locations=[place], flags=_flags(word), context=context)
    return found


def _flags(word: Word) -> tuple[str, ...]:
    texts = (word,) if isinstance(word, str) else word
    return ("python-format",) if any(FACT.search(text) for text in texts) else ()


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def kept(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def extract() -> None:
    for language in LANGUAGES:
        before, after = kept(language), Catalog(locale=language, fuzzy=False, header_comment=HEADER)
        after.mime_headers = [(name, value) for name, value in after.mime_headers if name in KEPT_HEADERS]
        for message in gathered():
            if message.id:
                after[message.id] = _with_translation(message, before)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(file, after, width=0, sort_output=True, omit_header=True, include_lineno=False)
        text = path_of(language).read_text()
        path_of(language).write_text(f'{HEADER}\nmsgid ""\nmsgstr ""\n"Language: {language}\\n"\n{MIME}\n\n{text}')


HEADER = "# The German words of the pages. `python tools/messages.py extract` writes it, people translate it."
KEPT_HEADERS = ("Content-Type",)
MIME = (
    '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"'
)


def _with_translation(message: Message, before: Catalog) -> Message:
    old = before.get(_key(message), message.context)
    if old and isinstance(old.string, str) is isinstance(message.id, str):
        message.string = old.string
    return message


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def faults(language: str) -> Iterator[str]:
    """What keeps the catalogue from serving every word of the code."""
    catalogue, wanted = kept(language), gathered()
    for message in wanted:
        if not message.id:
            continue
        has = catalogue.get(_key(message), message.context)
        if has is None:
            yield f"missing: {message.id!r} ({message.locations[0][0]}); run tools/messages.py extract"
        else:
            yield from _unsound(has)
    for message in catalogue:
        if message.id and wanted.get(_key(message), message.context) is None:
            yield f"not in the code any more: {message.id!r}; run tools/messages.py extract"


def _unsound(message: Message) -> Iterator[str]:
    originals = (message.id,) if isinstance(message.id, str) else message.id
    translations = (message.string,) if isinstance(message.string, str) else message.string
    if message.fuzzy or not all(translations) or not translations:
        yield f"not translated: {message.id!r}"
        return
    facts = {fact for text in originals for fact in FACT.findall(text)}
    for text in translations:
        if not set(FACT.findall(text)) <= facts or set(FACT.findall(translations[-1])) != facts:
            yield f"other facts than the original: {message.id!r} -> {text!r}"


def main(verb: str) -> int:
    if verb == "extract":
        extract()
        return 0
    found = [f"{language}: {fault}" for language in LANGUAGES for fault in faults(language)]
    print("\n".join(found) or "every word is translated")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("extract", "check"):
        sys.exit(__doc__)
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1]))

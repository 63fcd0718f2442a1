"""Contents made into PDF by typst: PDF/A-3b, tagged, and the same bytes for the same words.

A compiler keeps layouts and fonts in memory, so that all papers after the first are quick. It makes no promise about
threads, so each thread has its own. Fonts are those of the package (see `web/package.json`); the machine's are not
looked at, or the bytes would depend on it. Nothing is fetched: layouts import from this source tree alone.
"""

import threading
from pathlib import Path
from typing import Final

import typst

from troth.platform.printing.fitting import FONTS

ROOT = Path(__file__).resolve().parents[2]
STANDARD: Final = "a-3b"

_own = threading.local()


class FontsMissing(RuntimeError):
    """The package was built without its fonts."""


def pdf(words: str, layout: Path) -> bytes:
    """The paper that `words` (a frozen content) make with a layout."""
    made = compiler().compile(
        input=str(layout), sys_inputs={"content": words}, format="pdf", pdf_standards=[STANDARD], pdf_tags=True
    )
    assert isinstance(made, bytes)
    return made


def compiler() -> typst.Compiler:
    """The compiler of this thread."""
    if not hasattr(_own, "compiler"):
        if not any(FONTS.glob("*.ttf")):
            raise FontsMissing(f"{FONTS} has no fonts. Run: python hatch_build.py")
        _own.compiler = typst.Compiler(root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True)
    found: typst.Compiler = _own.compiler
    return found

"""The registry of papers: which there are for a kind of document, how each is made, and who may print it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from troth.kernel.errors import NotFound, Sentence
from troth.platform.printing.contents import Loaded
from troth.platform.web.values import Text

LETTER = Path(__file__).parent / "layout" / "letter.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper of a kind of document.

    `load` reads the document and says what stands on the paper; it refuses what cannot be printed yet. `offered` says
    whether the paper makes sense for a document as it stands. `view` and `print` are permissions. `mail` makes the
    mail's subject and text; without it the paper is not mailed. `marks` reads the marks of many documents at once,
    where something waits for the paper.
    """

    code: str
    title: Text
    document_kind: str
    load: Callable[[int], Loaded]
    view: str
    print: str
    layout: Path = LETTER
    offered: Callable[[int], bool] = lambda _: True
    mail: Callable[[Loaded], tuple[str, str]] | None = None
    marks: Callable[[Sequence[int]], Mapping[int, str]] | None = None


_papers: dict[str, Paper] = {}


def register(paper: Paper) -> Paper:
    assert paper.code not in _papers or _papers[paper.code] == paper, f"{paper.code} is registered twice"
    _papers[paper.code] = paper
    return paper


def paper(code: str) -> Paper:
    """A paper by its code; `NotFound` where there is none."""
    if code not in _papers:
        said = Sentence(
            "There is no paper %(paper)s. Known are: %(known)s.", paper=code, known=", ".join(sorted(_papers))
        )
        raise NotFound(said, paper=code)
    return _papers[code]


def papers_of(document_kind: str) -> tuple[Paper, ...]:
    """The papers of a kind of document, in the order they were registered."""
    return tuple(one for one in _papers.values() if one.document_kind == document_kind)


def all_papers() -> tuple[Paper, ...]:
    return tuple(_papers.values())

"""Letterheads as a file: what stands on every paper of a company, by the rules of its page."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from troth.business.masterdata.tables.table import Check, Table
from troth.kernel.errors import Sentence
from troth.reference import models as reference

_SENTENCES: Mapping[str, str] = {
    "email": Sentence("This is no e-mail address. Write it as orders@example.com."),
    "mark": Sentence("This is no SVG. Enter the drawing itself, from <svg> to </svg>."),
    "accent": Sentence("This is no colour. Write it as #1f4e79."),
}


def _as_on_its_page(name: str) -> Check:
    """Refuse what the page of letterheads refuses: the column of the model says it."""
    column = reference.Letterhead._meta.get_field(name)

    def check(value: str) -> str:
        try:
            for validator in column.validators if value else ():  # type: ignore[union-attr]
                validator(value)
        except ValidationError:
            return _SENTENCES[name]
        return ""

    return check


PAPERS: Mapping[str, Table] = {
    "letterheads": Table(
        code="letterheads",
        title="letterhead",
        model=reference.Letterhead,
        key=("company",),
        checks={name: _as_on_its_page(name) for name in _SENTENCES},
        company="company_id",
    ),
}

"""The kinds of packaging that goods are packed in."""

from dataclasses import dataclass

from troth.business.masterdata.models import Packaging


@dataclass(frozen=True, slots=True)
class PackagingTerms:
    """Weights in grams; `max_weight_g` is gross, None for no limit."""

    id: int
    code: str
    name: str
    tare_weight_g: int
    max_weight_g: int | None


def packagings() -> list[PackagingTerms]:
    """Those in use, by code."""
    rows = Packaging.objects.filter(is_active=True).order_by("code")
    return [PackagingTerms(*row) for row in rows.values_list("pk", "code", "name", "tare_weight_g", "max_weight_g")]

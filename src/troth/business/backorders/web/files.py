"""Backorder variants as a file: brought in after a look at what would become of them."""

from django.urls import reverse

from troth.business.backorders.tables import VARIANTS
from troth.business.masterdata.imports import Kind
from troth.business.masterdata.web.files import TableImport
from troth.kernel.errors import NotFound


class VariantImport(TableImport):
    """They go out where all tables do."""

    permission = "backorders.import_variants"

    def shape(self) -> Kind:
        if self.kwargs["kind"] != VARIANTS.code:
            raise NotFound(f"There is no such file here. Choose {VARIANTS.code}.", kind=self.kwargs["kind"])
        return VARIANTS

    def back(self) -> str:
        return reverse("backorders:variants")

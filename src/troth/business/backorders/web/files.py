"""Backorder variants as a file: brought in after a look at what would become of them."""

from django.urls import reverse

from troth.business.backorders.tables import VARIANTS
from troth.business.masterdata.imports import Kind
from troth.business.masterdata.web.files import TableImport
from troth.kernel.errors import NotFound, Sentence


class VariantImport(TableImport):
    """They go out where all tables do."""

    permission = "backorders.import_variants"

    def shape(self) -> Kind:
        if self.kwargs["kind"] != VARIANTS.code:
            said = Sentence("There is no table %(kind)s. Choose one of: %(known)s.")
            raise NotFound(said, kind=self.kwargs["kind"], known=VARIANTS.code)
        return VARIANTS

    def back(self) -> str:
        return reverse("backorders:variants")

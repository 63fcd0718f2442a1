"""Backorder variants as a file: brought in after a look at what would become of them."""

from collections.abc import Mapping
from typing import ClassVar

from troth.business.backorders.tables import VARIANTS
from troth.business.masterdata.web.files import TableImport


class VariantImport(TableImport):
    permission = "backorders.import_variants"
    lists: ClassVar[Mapping[str, str]] = {VARIANTS.code: "backorders:variants"}

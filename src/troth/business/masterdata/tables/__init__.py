"""The tables of master data that come and go as files: `table` says how, `declared` declares most of them."""

from collections.abc import Mapping

from troth.business.masterdata.tables.credit import CREDIT
from troth.business.masterdata.tables.declared import BASIC
from troth.business.masterdata.tables.offering import OFFERING
from troth.business.masterdata.tables.packing import PACKING
from troth.business.masterdata.tables.papers import PAPERS
from troth.business.masterdata.tables.rules import RULES
from troth.business.masterdata.tables.table import REFERENCES, Table
from troth.business.masterdata.tables.valuations import VALUATIONS

__all__ = ["REFERENCES", "TABLES", "Table"]

TABLES: Mapping[str, Table] = {**BASIC, **VALUATIONS, **OFFERING, **PACKING, **RULES, **CREDIT, **PAPERS}
"""By name, in the order in which a new company brings them in; not customers, products and prices."""

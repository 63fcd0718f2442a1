"""The pages of master data: the screens of customers, products and prices, and every table as a file."""

from troth.business.masterdata.web import agreed, files, offering, records, rules

__all__ = ["agreed", "files", "offering", "records", "rules"]

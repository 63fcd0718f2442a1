"""The pages of master data: the screens of customers, products and prices, and every table as a file."""

from troth.business.masterdata.web import files, records

__all__ = ["files", "records"]

"""The page that brings credit accounts and ratings in from a file."""

from collections.abc import Mapping
from typing import ClassVar

from troth.business.masterdata.web.files import TableImport


class AccountImport(TableImport):
    permission = "credit.import_accounts"
    lists: ClassVar[Mapping[str, str]] = {
        "credit_accounts": "credit:accounts",
        "credit_ratings": "credit:ratings",
    }

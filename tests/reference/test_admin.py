"""What stays as it was created on the pages of the administration."""

import pytest
from django.contrib import admin
from django.test import RequestFactory

from troth.reference.models import Bin, Site, StorageLocation


@pytest.mark.parametrize(
    ("model", "row", "fixed"),
    [
        (StorageLocation, StorageLocation(site=Site(), code="L2"), {"site", "code", "is_left_out"}),
        (Bin, Bin(location=StorageLocation(), code="S1"), {"location"}),
    ],
)
def test_what_goods_are_posted_by_stays(model, row, fixed) -> None:
    """Goods are posted by the location, and what it keeps for its own promises is kept under its code."""
    page, request = admin.site._registry[model], RequestFactory().get("/")
    assert set(page.get_readonly_fields(request, row)) == fixed
    assert not page.get_readonly_fields(request, None)

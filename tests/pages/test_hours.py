"""Instants on pages are told in the company's local time."""

import re

import pytest
import time_machine
from django.utils import timezone

from tests.pages.test_stock import said

NOW = "2026-03-02T08:00:00Z"


@time_machine.travel(NOW)
@pytest.mark.parametrize(("zone", "hour"), [("Europe/Berlin", "9:00"), ("America/New_York", "3:00")])
def test_a_clearing_is_told_in_the_hour_of_the_company(company, world, sign_in, zone, hour):
    type(company.company).objects.update(time_zone=zone)
    page = said(sign_in("receivables_clerk").get(world.url("/payments/{payment}/")))
    assert re.search(rf"\b{hour}\b", page), page
    assert timezone.get_current_timezone_name() == "UTC"


@time_machine.travel(NOW)
def test_enter_in_a_form_with_rows_submits_it_and_adds_no_rows(world, sign_in):
    for role, address in (("master_data", "/stock/opening/"), ("receivables_clerk", "/payments/{payment}/clear/")):
        page = sign_in(role).get(world.url(address), follow=True).content.decode()
        buttons = re.findall(r"<button[^>]*>", page[page.find("data-entry") :])
        assert "_more_rows" not in buttons[0]

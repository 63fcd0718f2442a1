"""The sorts of the list of orders read an index on either database, however many orders there are."""

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from troth.business.sales import screens as sales
from troth.platform.actors import SYSTEM
from troth.platform.web.lists import ListQuery

NOW = "2026-03-02T08:00:00Z"


def plan(statement):
    """How the database would answer, with its own will to read a small table whole taken away."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{statement}")
        return "\n".join(str(row) for row in cursor.fetchall())


@time_machine.travel(NOW)
def test_the_sorts_of_the_list_of_orders_read_an_index(world):
    for sort, index in (("requested_on", "requested"), ("entered_on", "entered"), ("total", "gross")):
        for direction in ("", "-"):
            query = ListQuery(SYSTEM, {}, "", f"{direction}{sort}", None, 50, False)
            with CaptureQueriesContext(connection) as seen:
                sales.orders(query)
            found = plan(seen.captured_queries[0]["sql"])
            assert f"sales_order_{index}" in found, found
            assert "TEMP B-TREE" not in found
            assert "Sort" not in found

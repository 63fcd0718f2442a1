"""Sixty days of business, played by the people of the demo company through the same actions that pages and API call.

| module | what it does |
| --- | --- |
| `script` | which orders of the history are played, on which day, and what becomes of each |
| `stage` | the clock, the people and the company: who does what at which moment |
| `office` | orders, quotations, credit |
| `yard` | goods in, deliveries, shipments, picking, goods issue |
| `counting_house` | invoices and payments |
| `days` | one day after the other |
"""

from troth.doors.demo.play.days import play
from troth.doors.demo.play.script import script
from troth.doors.demo.play.stage import Stage

__all__ = ["Stage", "play", "script"]

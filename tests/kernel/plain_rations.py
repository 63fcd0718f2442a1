"""Quotas in the plain run: each item books unit by unit, and what is left is counted anew for every question."""

from dataclasses import replace

from tests.kernel import plain_backorder, plain_quota
from troth.kernel.quota import procedure_of


class Rations:
    """What the items of a run book. `limits` is (procedures, choices of sequences); None: no quota holds for anybody.

    An item points at its choice by `sequences`, -1 or without it for none; `booked` is what its old rows book, as
    (procedure, cell, quantity), `open_after` the day by which what a quota cannot confirm stays open.
    """

    def __init__(self, limits):
        self.procedures, self.choices = limits or ((), ())
        self.units = {}

    def of(self, item):
        choice = item.get("sequences", -1)
        return self.choices[choice] if choice >= 0 else ()

    def left(self):
        free = [[max(cell.planned - cell.consumed, 0) for cell in one.cells] for one in self.procedures]
        for units in self.units.values():
            for place, cell in units:
                free[place][cell] -= 1
        return free

    def release(self, item):
        self.units[item["id"]] = []

    def take(self, item, rows):
        """Book the rows, those it had before as it booked them; whether there is a cell for every unit."""
        self.release(item)
        if rows == item["old"] and self._as_before(item):
            return True
        free, units = self.left(), []
        for day, quantity in rows:
            got, taken = plain_quota.one_by_one(free, self.procedures, self.of(item), day, quantity)
            units += taken
            if got < quantity:
                return False
        self.units[item["id"]] = units
        return True

    def _as_before(self, item):
        units = [(place, cell) for place, cell, quantity in item.get("booked", ()) for _ in range(quantity)]
        total = sum(quantity for _, quantity in item["old"])
        sums = [sum(place in sequence for place, _ in units) for sequence in self.of(item)]
        if not units or sums != [total] * len(sums) or len(units) != sum(sums):
            return False
        self.units[item["id"]] = units
        if all(cell >= 0 for row in self.left() for cell in row):
            return True
        self.release(item)
        return False

    def proposal(self, curve, item, asked, *, last=None):
        """What a mode makes of a curve under the quotas that hold for an item; `asked` is (quantity, day, mode, terms).

        Where they have room for what goods alone offer, that; nothing of the item is booked.
        """
        quantity, day, mode, terms = asked
        lines = plain_backorder.proposal(curve, quantity, day, mode, terms)
        has_room = self.take({**item, "booked": ()}, lines)
        self.release(item)
        if has_room:
            return lines
        ends = [end for end in (terms.latest_day, last) if end is not None]
        terms = replace(terms, latest_day=min(ends, default=None))
        now = self._now()
        if mode == "partial":
            return plain_quota.partial(curve, quantity, day, terms, (now, self.of(item)))
        days = [day] if mode == "one_time" else range(day, self._length(curve, day))
        for t in days:
            room = plain_quota.room(self.left(), self.procedures, self.of(item), t, quantity)
            got = min(quantity, curve[min(t, len(curve) - 1)], room)
            needed = max(1, min(terms.min_shipment, quantity)) if mode == "one_time" else quantity
            if got >= needed and (terms.latest_day is None or t <= terms.latest_day):
                return [(t, got)]
        return []

    def _now(self):
        """The procedures with what is left as planned."""
        return [
            procedure_of(
                [cell._replace(planned=free, consumed=0) for cell, free in zip(one.cells, row, strict=True)],
                look_back=one.look_back,
                look_ahead=one.look_ahead,
                order=one.order,
            )
            for one, row in zip(self.procedures, self.left(), strict=True)
        ]

    def _length(self, curve, day):
        return max([len(curve), day + 1, *(cell.last_day + 2 for one in self.procedures for cell in one.cells)])

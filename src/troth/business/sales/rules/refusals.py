"""What sales refuses: one class for each situation. `row` counts lines from 1, `field` names the entry."""

from troth.kernel.errors import BusinessError, InvalidInput


class UnknownCustomer(BusinessError):
    code = "unknown_customer"


class InactiveCustomer(BusinessError):
    code = "inactive_customer"


class UnknownOrderType(BusinessError):
    code = "unknown_order_type"


class UnknownParty(BusinessError):
    code = "unknown_party"


class UnknownProduct(BusinessError):
    code = "unknown_product"


class InactiveProduct(BusinessError):
    """The product is not sold any more, or never was."""

    code = "inactive_product"


class NotOffered(BusinessError):
    """The customer may not order the product: it is excluded, or stands on none of the customer's lists."""

    code = "not_offered"


class UnknownSite(BusinessError):
    code = "unknown_site"


class ClosedSite(BusinessError):
    code = "closed_site"


class UnknownUnit(BusinessError):
    """No conversion from this unit to the product's base unit is kept."""

    code = "unit_without_conversion"


class PastDate(BusinessError):
    code = "past_date"


class DuplicateLine(BusinessError):
    code = "duplicate_line_number"


class TooManyLines(BusinessError):
    code = "too_many_lines"


class WrongEntry(InvalidInput):
    """A value of the wrong kind or outside its range."""

    code = "wrong_entry"


class OrderIncomplete(BusinessError):
    """What is missing holds back the confirmation: the order stays a draft."""

    code = "order_incomplete"


class UnknownLine(BusinessError):
    code = "unknown_line"


class LineRejected(BusinessError):
    code = "line_rejected"


class LineInDelivery(BusinessError):
    """The line has gone to a delivery: what is delivered stands."""

    code = "line_in_delivery"


class LineBilled(BusinessError):
    """The line has been billed by the order: what is on the invoice stands."""

    code = "line_billed"


class OrderInDelivery(BusinessError):
    code = "order_in_delivery"


class OrderCancelled(BusinessError):
    code = "order_cancelled"


class OrderBilled(BusinessError):
    code = "order_billed"


class ReasonMissing(BusinessError):
    code = "reason_missing"


class NothingChanged(BusinessError):
    code = "nothing_changed"


class QuotationNotOrderable(BusinessError):
    code = "quotation_not_orderable"


class QuotationExpired(BusinessError):
    code = "quotation_expired"


class NothingLeftToOrder(BusinessError):
    """All of the quotation has been ordered."""

    code = "nothing_left_to_order"


class MoreThanQuoted(BusinessError):
    code = "more_than_quoted"


class ValidityMissing(BusinessError):
    code = "validity_missing"


class QuotationIncomplete(BusinessError):
    code = "quotation_incomplete"


class NotADraft(BusinessError):
    code = "not_a_draft"


class NothingToAllocate(BusinessError):
    code = "nothing_to_allocate"


class NotYourBlock(BusinessError):
    code = "not_your_block"


class GoodsWouldBeFree(BusinessError):
    """An order that takes the place of a hold would be blocked, and leave its goods to others."""

    code = "goods_would_be_free"


class DecidedByRule(BusinessError):
    """Which goods serve an order is decided under locks of its own: it cannot be entered in a group."""

    code = "decided_by_rule"


class DeliversOnSaving(BusinessError):
    """An order that is delivered as it is entered cannot be entered together with others."""

    code = "delivers_on_saving"


class HeldForOthers(BusinessError):
    """An order in place of a hold would get less than is held."""

    code = "held_for_others"


class NothingHeld(BusinessError):
    """Nothing is held for the quotation."""

    code = "nothing_held"


class HeldAlready(BusinessError):
    """All that could be held for the quotation is held."""

    code = "held_already"


class NotPromised(BusinessError):
    """Better dates are asked for where nothing is promised."""

    code = "not_promised"


class NothingBetter(BusinessError):
    """Better dates are asked for and there are none."""

    code = "nothing_better"


class NewDatesOver(BusinessError):
    """Somebody has decided over the proposed dates, or supply covers the promise again."""

    code = "new_dates_over"

"""What kinds of supply and demand are called."""

from django.utils.translation import gettext_lazy as _

from troth.kernel.netting import Category

CATEGORIES = {
    Category.STOCK: _("Stock"),
    Category.PURCHASE: _("Purchase orders"),
    Category.PRODUCTION: _("Production"),
    Category.TRANSFER_IN: _("Transfers in"),
    Category.REQUISITION: _("Requisitions"),
    Category.FIRM_REQUISITION: _("Firm requisitions"),
    Category.FIRM_PLANNED: _("Firm planned orders"),
    Category.PLANNED: _("Planned orders"),
    Category.QUALITY_STOCK: _("Quality stock"),
    Category.BLOCKED_STOCK: _("Blocked stock"),
    Category.RETURN: _("Returns"),
    Category.LEFT_OUT_STOCK: _("Stock at locations left out"),
    Category.ORDER: _("Orders"),
    Category.DELIVERY: _("Deliveries"),
    Category.HOLD: _("Held"),
    Category.RESERVATION: _("Reservations"),
    Category.SAFETY_STOCK: _("Safety stock"),
    Category.FORECAST: _("Forecast"),
    Category.TRANSFER_OUT: _("Transfers out"),
    Category.UNSECURED_ORDER: _("Orders ahead of supply"),
    Category.WAITING_ORDER: _("Orders that wait"),
}

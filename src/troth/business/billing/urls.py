from django.urls import path

from troth.business.billing import web

app_name = "billing"
urlpatterns = [
    path("billing/due/", web.DueList.as_view(), name="due"),
    path("billing/due/invoice/", web.due_invoice, name="due-invoice"),
    path("billing/due/collect/", web.due_collect, name="due-collect"),
    path("billing/<str:kind>/<int:key>/invoice/", web.source_invoice, name="source-invoice"),
    path("invoices/", web.InvoiceList.as_view(), name="invoices"),
    path("invoices/<int:key>/", web.InvoicePage.as_view(), name="invoice"),
    path("invoices/<int:key>/cancel/", web.InvoiceCancel.as_view(), name="invoice-cancel"),
    path("journal/", web.Journal.as_view(), name="journal"),
]

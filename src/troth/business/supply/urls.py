from django.urls import path

from troth.business.supply import web

app_name = "supply"
urlpatterns = [
    path("stock/", web.StockList.as_view(), name="stock"),
    path("receipts/", web.ReceiptList.as_view(), name="receipts"),
    path("receipts/new/", web.ReceiptCreate.as_view(), name="receipt-create"),
    path("receipts/<int:key>/", web.ReceiptPage.as_view(), name="receipt"),
    path("receipts/<int:key>/receive/", web.Receive.as_view(), name="receive"),
    path("receipts/<int:key>/change/", web.ReceiptChange.as_view(), name="receipt-change"),
    path("receipts/<int:key>/cancel/", web.ReceiptCancel.as_view(), name="receipt-cancel"),
    path("receipts/postings/<int:key>/reverse/", web.receipt_reverse, name="receipt-reverse"),
]

from django.urls import path

from troth.business.receivables import web

app_name = "receivables"
urlpatterns = [
    path("open-items/", web.OpenItems.as_view(), name="open"),
    path("payments/", web.PaymentList.as_view(), name="payments"),
    path("payments/new/", web.PaymentCreate.as_view(), name="payment-create"),
    path("payments/<int:key>/", web.PaymentPage.as_view(), name="payment"),
    path("payments/<int:key>/clear/", web.PaymentClear.as_view(), name="payment-clear"),
    path("payments/<int:key>/reverse/", web.PaymentReverse.as_view(), name="payment-reverse"),
    path("payments/clearings/<int:key>/reset/", web.ClearingReset.as_view(), name="clearing-reset"),
]

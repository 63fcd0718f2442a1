from django.urls import path

from troth.business.sales.web import checking, documents, entry, lists, offers, texts, verbs

app_name = "sales"
urlpatterns = [
    path("orders/", lists.OrderList.as_view(), name="orders"),
    path("orders/new/", entry.OrderCreate.as_view(), name="order-create"),
    path("orders/offers/customers/", offers.customer_offers, name="customer-offers"),
    path("orders/offers/products/", offers.product_offers, name="product-offers"),
    path("orders/check/", checking.order_check, name="order-check"),
    path("orders/<int:key>/check/", checking.order_check, name="order-check-change"),
    path("orders/<int:key>/", documents.OrderPage.as_view(), name="order"),
    path("orders/<int:key>/change/", entry.OrderChange.as_view(), name="order-change"),
    path("orders/<int:key>/texts/", texts.OrderTexts.as_view(), name="order-texts"),
    path("orders/<int:key>/submit/", verbs.order_submit, name="order-submit"),
    path("orders/<int:key>/copy/", verbs.order_copy, name="order-copy"),
    path("orders/<int:key>/cancel/", verbs.OrderCancel.as_view(), name="order-cancel"),
    path("orders/<int:key>/reject/", verbs.OrderReject.as_view(), name="order-reject"),
    path("orders/<int:key>/block/", verbs.OrderBlock.as_view(), name="order-block"),
    path("orders/<int:key>/blocks/<int:block>/release/", verbs.BlockRelease.as_view(), name="block-release"),
    path("orders/<int:key>/items/<int:line>/reject/", verbs.ItemReject.as_view(), name="item-reject"),
    path("orders/<int:key>/items/<int:line>/allocate/", verbs.ItemAllocate.as_view(), name="item-allocate"),
    path("orders/<int:key>/items/<int:line>/free/", verbs.item_free, name="item-free"),
    path("quotations/", lists.QuotationList.as_view(), name="quotations"),
    path("quotations/new/", entry.QuotationCreate.as_view(), name="quotation-create"),
    path("quotations/check/", checking.quotation_check, name="quotation-check"),
    path("quotations/<int:key>/check/", checking.quotation_check, name="quotation-check-change"),
    path("quotations/<int:key>/", documents.QuotationPage.as_view(), name="quotation"),
    path("quotations/<int:key>/change/", entry.QuotationChange.as_view(), name="quotation-change"),
    path("quotations/<int:key>/texts/", texts.QuotationTexts.as_view(), name="quotation-texts"),
    path("quotations/<int:key>/send/", verbs.quotation_send, name="quotation-send"),
    path("quotations/<int:key>/accept/", verbs.quotation_accept, name="quotation-accept"),
    path("quotations/<int:key>/reject/", verbs.QuotationReject.as_view(), name="quotation-reject"),
    path("quotations/<int:key>/order/", verbs.QuotationOrder.as_view(), name="quotation-order"),
]

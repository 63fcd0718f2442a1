from django.urls import path

from troth.business.masterdata import web

app_name = "masterdata"
urlpatterns = [
    *web.customers.urls(),
    *web.products.urls(),
    *web.prices.urls(),
    path("options/products/", web.product_options, name="product-options"),
    path("options/customers/", web.customer_options, name="customer-options"),
    path("files/<str:kind>.csv", web.file, name="file"),
]

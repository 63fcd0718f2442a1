from django.urls import path

from troth.business.masterdata import web

app_name = "masterdata"
urlpatterns = [
    *web.customers.urls(),
    *web.products.urls(),
    *web.prices.urls(),
    path("files/<str:kind>.csv", web.file, name="file"),
]

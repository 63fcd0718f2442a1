from django.urls import path

from troth.business.masterdata.web import (
    agreed,
    batches,
    credit,
    files,
    offering,
    packing,
    product_sites,
    records,
    rules,
)

app_name = "masterdata"
urlpatterns = [
    *records.customers.urls(),
    *records.products.urls(),
    *records.prices.urls(),
    *agreed.agreed_products.urls(),
    *offering.listings.urls(),
    *offering.substitutions.urls(),
    *offering.free_goods.urls(),
    *packing.package_sizes.urls(),
    *product_sites.product_sites.urls(),
    *rules.availability_rules.urls(),
    *rules.alternatives.urls(),
    *credit.credit_checks.urls(),
    *batches.batches.urls(),
    *records.checking_scopes.urls(),
    *records.availability_groups.urls(),
    path("options/products/", records.product_options, name="product-options"),
    path("options/customers/", records.customer_options, name="customer-options"),
    path("files/", files.tables, name="files"),
    path("files/<str:kind>/import/", files.TableImport.as_view(), name="file-import"),
    path("files/<str:kind>.<str:form>", files.file, name="file"),
]

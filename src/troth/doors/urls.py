"""Every address of Troth begins here."""

from django.contrib import admin
from django.urls import include, path, re_path

from troth.doors.api import root
from troth.doors.web import inbox, sites
from troth.doors.web.customer import CustomerPage
from troth.doors.web.home import home
from troth.doors.web.product import ProductPage
from troth.platform.metrics.page import page as metrics
from troth.platform.web.urls import sign_in

urlpatterns = [
    path("", home, name="home"),
    path("inbox/", inbox.page, name="inbox"),
    path("site/", sites.choose, name="site-choose"),
    path("inbox/count/", inbox.count, name="inbox-count"),
    *sign_in,
    path("", include("troth.platform.web.urls")),
    path("health/", include("troth.platform.urls")),
    path("metrics", metrics, name="metrics"),
    path("", include("troth.platform.printing.urls")),
    path("admin/", admin.site.urls),
    path("", include("troth.business.masterdata.urls")),
    path("api/v1/", root.api.urls),
    re_path("^api/", root.unknown, name="api-unknown"),
    path("", include("troth.business.credit.urls")),
    path("", include("troth.business.supply.urls")),
    path("", include("troth.business.quotas.urls")),
    path("", include("troth.business.promising.urls")),
    path("", include("troth.business.sales.urls")),
    path("", include("troth.business.backorders.urls")),
    path("", include("troth.business.shipping.urls")),
    path("", include("troth.business.billing.urls")),
    path("", include("troth.business.receivables.urls")),
    path("products/<int:key>/about/", ProductPage.as_view(), name="product"),
    path("customers/<int:key>/about/", CustomerPage.as_view(), name="customer"),
    path("people/", include("troth.doors.web.people_urls")),
]

handler400 = "troth.platform.web.errors.bad_request"
handler403 = "troth.platform.web.errors.forbidden"
handler404 = "troth.platform.web.errors.not_found"
handler500 = "troth.platform.web.errors.failed"

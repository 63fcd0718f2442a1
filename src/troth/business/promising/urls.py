from django.urls import path

from troth.business.promising.web import overview, promise, what_if

app_name = "promising"
urlpatterns = [
    path("availability/", overview.overview, name="availability"),
    path("availability/what-if/", what_if.what_if, name="what-if"),
    path("promises/<int:key>/", promise.PromisePage.as_view(), name="promise"),
]

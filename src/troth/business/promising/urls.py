from django.urls import path

from troth.business.promising.web import coverage, overview, promise, scopes, what_if

app_name = "promising"
urlpatterns = [
    path("availability/", overview.overview, name="availability"),
    path("availability/what-if/", what_if.what_if, name="what-if"),
    path("availability/coverage/", coverage.Coverage.as_view(), name="coverage"),
    path("checking-scopes/<int:key>/try/", scopes.attempt, name="scope"),
    path("promises/<int:key>/", promise.PromisePage.as_view(), name="promise"),
]

from django.urls import path

from troth.business.promising.web import (
    coverage,
    holds,
    kept,
    lying,
    overview,
    promise,
    quotas,
    retiring,
    scopes,
    slips,
    unconfirmed,
    what_if,
)

app_name = "promising"
urlpatterns = [
    path("availability/", overview.overview, name="availability"),
    path("stock/overview/", lying.overview, name="stock-overview"),
    path("availability/what-if/", what_if.what_if, name="what-if"),
    path("availability/coverage/", coverage.Coverage.as_view(), name="coverage"),
    path("quota-procedures/<int:key>/cells/", quotas.cells, name="quota-cells"),
    path("quota-procedures/<int:key>/cells/plan/", quotas.plan, name="quota-cells-plan"),
    path("quota-cells/<int:key>/", quotas.cell, name="quota-cell"),
    path("quota-cells/<int:key>/retire/", retiring.RetireCell.as_view(), name="quota-cell-retire"),
    path("quota-cells/<int:key>/restore/", retiring.restore, name="quota-cell-restore"),
    path("quotas/try/", quotas.attempt, name="quota-try"),
    path("checking-scopes/<int:key>/try/", scopes.attempt, name="scope"),
    path("holds/", holds.HoldList.as_view(), name="holds"),
    path("holds/new/", holds.HoldCreate.as_view(), name="hold-create"),
    path("holds/<int:key>/", holds.HoldPage.as_view(), name="hold"),
    path("holds/<int:key>/extend/", holds.HoldExtend.as_view(), name="hold-extend"),
    path("holds/<int:key>/release/", holds.release, name="hold-release"),
    path("promises/kept/", kept.kept, name="kept"),
    path("promises/departures/", kept.Departures.as_view(), name="departures"),
    path("promises/unconfirmed/", unconfirmed.UnconfirmedList.as_view(), name="unconfirmed"),
    path("promises/slips/", slips.SlipList.as_view(), name="slips"),
    path("promises/reactions/", slips.ReactionList.as_view(), name="reactions"),
    path("promises/<int:key>/", promise.PromisePage.as_view(), name="promise"),
]

from django.urls import path

from troth.business.credit import deciding, files, limits, rating_pages, web

app_name = "credit"
urlpatterns = [
    path("credit/", web.AccountList.as_view(), name="accounts"),
    path("credit/blocked/", web.BlockedList.as_view(), name="blocked"),
    path("credit/blocked/<int:key>/", web.BlockRelease.as_view(), name="block-release"),
    path("credit/blocked/<int:key>/keep/", deciding.Keep.as_view(), name="block-keep"),
    path("credit/ratings/", rating_pages.RatingList.as_view(), name="ratings"),
    path("credit/ratings/fetch/", rating_pages.fetch, name="ratings-fetch"),
    path("credit-files/<str:kind>/import/", files.AccountImport.as_view(), name="file-import"),
    path("credit/<int:company>/<int:party>/", web.AccountPage.as_view(), name="account"),
    path("credit/<int:company>/<int:party>/limit/", limits.Limit.as_view(), name="limit"),
    path("credit/<int:company>/<int:party>/judge/", deciding.judge, name="judge"),
]

from django.urls import path

from troth.business.credit import web

app_name = "credit"
urlpatterns = [
    path("credit/", web.AccountList.as_view(), name="accounts"),
    path("credit/blocked/", web.BlockedList.as_view(), name="blocked"),
    path("credit/blocked/<int:key>/", web.BlockRelease.as_view(), name="block-release"),
    path("credit/<int:company>/<int:party>/", web.AccountPage.as_view(), name="account"),
    path("credit/<int:company>/<int:party>/limit/", web.Limit.as_view(), name="limit"),
]

"""Addresses of the pages about people."""

from django.urls import path

from troth.doors.web import people

app_name = "people"
urlpatterns = [
    path("", people.PeopleList.as_view(), name="list"),
    path("new/", people.PersonAdd.as_view(), name="add"),
    path("<int:key>/", people.PersonPage.as_view(), name="person"),
    path("<int:key>/grant/", people.Grant.as_view(), name="grant"),
    path("<int:key>/password/", people.Password.as_view(), name="password"),
    path("<int:key>/deactivate/", people.Deactivate.as_view(), name="deactivate"),
    path("<int:key>/tokens/new/", people.TokenMake.as_view(), name="token-make"),
    path("roles/<int:key>/revoke/", people.Revoke.as_view(), name="revoke"),
    path("tokens/<int:key>/revoke/", people.TokenRevoke.as_view(), name="token-revoke"),
]

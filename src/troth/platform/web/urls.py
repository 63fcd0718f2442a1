"""The platform's own pages. Include with `path("", include("troth.platform.web.urls"))`; sign-in stands beside it."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from troth.platform.web import blocks, issues, personal, preferences, reading, request_forms, requests, search
from troth.platform.web.acts import button

app_name = "web"

urlpatterns = [
    path("search/", search.search, name="search"),
    path("preferences/", preferences.prefer, name="prefer"),
    path("preferences/formats/", reading.Reading.as_view(), name="reading"),
    path("lists/views/save/", personal.save, name="view-save"),
    path("lists/views/change/", personal.change, name="view-change"),
    path("lists/views/open/", personal.open_with, name="view-open"),
    path("lists/columns/", personal.columns, name="columns"),
    path("blocks/", blocks.BlockList.as_view(), name="blocks"),
    path("blocks/release/", blocks.MassRelease.as_view(), name="blocks-release"),
    path("blocks/<int:key>/release/", blocks.Release.as_view(), name="block-release"),
    path("issues/", issues.IssueList.as_view(), name="issues"),
    path("issues/<int:key>/", issues.issue, name="issue"),
    path("issues/<int:key>/change/", issues.IssueChange.as_view(), name="issue-change"),
    path("issues/<int:key>/close/", issues.IssueClose.as_view(), name="issue-close"),
    path("documents/<slug:kind>/<int:key>/issues/new/", issues.IssueNew.as_view(), name="issue-new"),
    path("requests/", requests.RequestList.as_view(), name="requests"),
    path("requests/<int:key>/", requests.request_page, name="request"),
    path("requests/<int:key>/receipt/", button(request_forms.receipt), name="request-receipt"),
    path("requests/<int:key>/answer/", request_forms.RequestAnswer.as_view(), name="request-answer"),
    path("requests/<int:key>/withdraw/", request_forms.RequestWithdraw.as_view(), name="request-withdraw"),
    path("documents/<slug:kind>/<int:key>/requests/new/", request_forms.RequestNew.as_view(), name="request-new"),
]

sign_in = [
    path("sign-in/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
]

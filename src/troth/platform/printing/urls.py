from django.urls import path

from troth.platform.printing import web

app_name = "papers"
urlpatterns = [
    path("papers/<int:printing>/", web.open_paper, name="open"),
    path("papers/<int:printing>/send/", web.SendPaper.as_view(), name="send"),
    path("papers/<str:paper>/<int:key>/print/", web.print_paper, name="print"),
    path("papers/<str:paper>/<int:key>/again/", web.PrintAgain.as_view(), name="again"),
]

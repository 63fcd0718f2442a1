from django.urls import path

from troth.business.promising import web

app_name = "promising"
urlpatterns = [path("availability/", web.overview, name="availability")]

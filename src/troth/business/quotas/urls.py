from troth.business.quotas.web import records

app_name = "quotas"
urlpatterns = [
    *records.procedures.urls(),
    *records.sequences.urls(),
    *records.protections.urls(),
]

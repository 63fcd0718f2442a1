from django.urls import path

from troth.business.quotas.web import files, records

app_name = "quotas"
urlpatterns = [
    *records.procedures.urls(),
    *records.sequences.urls(),
    *records.protections.urls(),
    path("quota-files/<str:kind>/import/", files.RecordImport.as_view(), name="file-import"),
    path("quota-procedures/<int:key>/targets/import/", files.TargetImport.as_view(), name="quota-targets-import"),
    path("quota-procedures/<int:key>/targets.<str:form>", files.targets, name="quota-targets-file"),
]

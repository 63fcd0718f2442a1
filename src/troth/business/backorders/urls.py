from django.urls import path

from troth.business.backorders.web import changes, editing, files, runs, variants

app_name = "backorders"
urlpatterns = [
    path("backorders/", runs.RunList.as_view(), name="runs"),
    path("backorders/variants/", variants.VariantList.as_view(), name="variants"),
    path("backorders/variants/new/", editing.VariantCreate.as_view(), name="variant-create"),
    path("backorders/variants/<int:key>/", variants.VariantPage.as_view(), name="variant"),
    path("backorders/variants/<int:key>/change/", editing.VariantChange.as_view(), name="variant-change"),
    path("backorders/variants/<int:key>/simulate/", editing.simulate, name="variant-simulate"),
    path("backorders/variants/<int:key>/put-away/", editing.put_away, name="variant-put-away"),
    path("backorders/variants/<int:key>/segments/new/", editing.SegmentCreate.as_view(), name="segment-create"),
    path("backorder-files/<str:kind>/import/", files.VariantImport.as_view(), name="file-import"),
    path("backorders/segments/<int:key>/", editing.SegmentChange.as_view(), name="segment-change"),
    path("backorders/segments/<int:key>/up/", editing.up, name="segment-up"),
    path("backorders/segments/<int:key>/down/", editing.down, name="segment-down"),
    path("backorders/segments/<int:key>/remove/", editing.remove, name="segment-remove"),
    path("backorders/<int:key>/", runs.RunPage.as_view(), name="run"),
    path("backorders/<int:key>/progress/", runs.progress, name="run-progress"),
    path("backorders/<int:key>/changes/", changes.ChangeList.as_view(), name="changes"),
    path("backorders/<int:key>/approve/", runs.approve, name="run-approve"),
    path("backorders/<int:key>/apply/", runs.apply, name="run-apply"),
    path("backorders/<int:key>/undo/", runs.undo, name="run-undo"),
    path("backorders/<int:key>/discard/", runs.discard, name="run-discard"),
    path("backorders/changes/<int:key>/", changes.ChangePage.as_view(), name="change"),
]

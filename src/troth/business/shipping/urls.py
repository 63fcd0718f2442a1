from django.urls import path

from troth.business.shipping.web import documents, lists, verbs

app_name = "shipping"
urlpatterns = [
    path("due/", lists.DueList.as_view(), name="due"),
    path("due/deliver/", lists.due_deliver, name="due-deliver"),
    path("orders/<int:key>/deliver/", verbs.order_deliver, name="order-deliver"),
    path("deliveries/", lists.DeliveryList.as_view(), name="deliveries"),
    path("deliveries/ship/", lists.deliveries_ship, name="deliveries-ship"),
    path("deliveries/fetch/", lists.deliveries_fetch, name="deliveries-fetch"),
    path("deliveries/issue/", lists.deliveries_issue, name="deliveries-issue"),
    path("deliveries/<int:key>/", documents.DeliveryPage.as_view(), name="delivery"),
    path("deliveries/<int:key>/fetch/", verbs.delivery_fetch, name="delivery-fetch"),
    path("deliveries/<int:key>/issue/", verbs.delivery_issue, name="delivery-issue"),
    path("deliveries/<int:key>/assign/", verbs.DeliveryAssign.as_view(), name="delivery-assign"),
    path("deliveries/<int:key>/unassign/", verbs.delivery_unassign, name="delivery-unassign"),
    path("deliveries/<int:key>/change/", verbs.DeliveryChange.as_view(), name="delivery-change"),
    path("deliveries/<int:key>/cancel/", verbs.DeliveryCancel.as_view(), name="delivery-cancel"),
    path("deliveries/<int:key>/reverse/", verbs.DeliveryReverse.as_view(), name="delivery-reverse"),
    path("shipments/", lists.ShipmentList.as_view(), name="shipments"),
    path("shipments/new/", verbs.ShipmentCreate.as_view(), name="shipment-create"),
    path("shipments/<int:key>/", documents.ShipmentPage.as_view(), name="shipment"),
    path("shipments/<int:key>/assign/", verbs.ShipmentAssign.as_view(), name="shipment-assign"),
    path("shipments/<int:key>/fetch/", verbs.shipment_fetch, name="shipment-fetch"),
    path("shipments/<int:key>/load/", verbs.shipment_load, name="shipment-load"),
    path("shipments/<int:key>/unload/", verbs.shipment_unload, name="shipment-unload"),
    path("shipments/<int:key>/issue/", verbs.shipment_issue, name="shipment-issue"),
    path("shipments/<int:key>/depart/", verbs.shipment_depart, name="shipment-depart"),
    path("shipments/<int:key>/recall/", verbs.ShipmentRecall.as_view(), name="shipment-recall"),
    path("shipments/<int:key>/cancel/", verbs.ShipmentCancel.as_view(), name="shipment-cancel"),
    path("transfer-orders/", lists.TransferList.as_view(), name="transfer_orders"),
    path("transfer-orders/<int:key>/", documents.TransferOrderPage.as_view(), name="transfer_order"),
    path("transfer-orders/<int:key>/confirm-all/", verbs.transfer_confirm_all, name="transfer-confirm-all"),
    path("transfer-orders/<int:key>/confirm/", verbs.TransferConfirm.as_view(), name="transfer-confirm"),
    path("transfer-orders/<int:key>/cancel/", verbs.TransferCancel.as_view(), name="transfer-cancel"),
    path("transfer-orders/<int:key>/undo/", verbs.TransferUndo.as_view(), name="transfer-undo"),
]

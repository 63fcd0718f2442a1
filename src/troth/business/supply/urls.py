from django.urls import path

from troth.business.supply.web import expect, forecasts, lots, opening, planned, receipts, stock, transfer

app_name = "supply"
urlpatterns = [
    path("stock/", stock.StockList.as_view(), name="stock"),
    path("stock/opening/", opening.OpeningStockPage.as_view(), name="opening-stock"),
    path("stock/count/", opening.CountAnew.as_view(), name="count-anew"),
    path("stock/<int:key>/", stock.BinStockPage.as_view(), name="bin-stock"),
    path("stock/<int:key>/move/", stock.StockMove.as_view(), name="stock-move"),
    path("stock/<int:key>/count/", stock.StockCount.as_view(), name="stock-count"),
    path("stock/<int:key>/transfer/", transfer.StockTransfer.as_view(), name="stock-transfer"),
    path("stock/transfers/<int:key>/reverse/", transfer.transfer_reverse, name="transfer-reverse"),
    path("stock/<int:key>/lot/", lots.LotEnter.as_view(), name="lot-enter"),
    path("lots/", lots.LotList.as_view(), name="lots"),
    path("lots/<int:key>/", lots.LotPage.as_view(), name="lot"),
    path("lots/<int:key>/change/", lots.LotChange.as_view(), name="lot-change"),
    path("lots/<int:key>/decide/", lots.LotDecide.as_view(), name="lot-decide"),
    path("lots/decisions/<int:key>/reverse/", lots.decision_reverse, name="decision-reverse"),
    path("forecasts/", forecasts.ForecastList.as_view(), name="forecasts"),
    path("forecasts/enter/", forecasts.ForecastSet.as_view(), name="forecast-set"),
    path("receipts/", receipts.ReceiptList.as_view(), name="receipts"),
    path("receipts/new/", expect.ReceiptCreate.as_view(), name="receipt-create"),
    path("receipts/plan/", planned.PlanSupply.as_view(), name="plan"),
    path("receipts/<int:key>/", receipts.ReceiptPage.as_view(), name="receipt"),
    path("receipts/<int:key>/receive/", receipts.Receive.as_view(), name="receive"),
    path("receipts/<int:key>/change/", receipts.ReceiptChange.as_view(), name="receipt-change"),
    path("receipts/<int:key>/take-back/", planned.TakeBack.as_view(), name="receipt-take-back"),
    path("receipts/<int:key>/convert/", planned.ReceiptConvert.as_view(), name="receipt-convert"),
    path("receipts/<int:key>/cancel/", receipts.ReceiptCancel.as_view(), name="receipt-cancel"),
    path("receipts/postings/<int:key>/reverse/", receipts.receipt_reverse, name="receipt-reverse"),
]

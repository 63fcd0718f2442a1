"""What receipts, counts and moves may say."""

from datetime import date
from typing import Protocol

from troth.business.supply.states import RECEIPT, ReceiptState
from troth.kernel.errors import BusinessError, InvalidInput, Sentence
from troth.kernel.quantity import checked


class QuantityNotPositive(BusinessError):
    """A receipt is for nothing, or for less than nothing."""

    code = "receipt_quantity_not_positive"


class ReceiptExists(BusinessError):
    """The company has a receipt of this kind and number already."""

    code = "receipt_exists"


class NotInBatches(BusinessError):
    """A batch, or a last day, is named of a product that is not kept in batches."""

    code = "not_in_batches"


class BatchMissing(BusinessError):
    """Goods of a product that is kept in batches come in without one."""

    code = "batch_missing"


class UnknownBatch(BusinessError):
    """A batch is named that nobody knows."""

    code = "unknown_batch"


class ExpiresTooEarly(BusinessError):
    """Goods would expire before they come."""

    code = "expires_too_early"


class LessThanReceived(BusinessError):
    """A receipt was changed to less than what has come of it."""

    code = "less_than_received"


class MoreThanExpected(BusinessError):
    """More came than is still expected."""

    code = "more_than_expected"


class NotAReceipt(BusinessError):
    """The movement to be reversed did not come from an expected receipt."""

    code = "not_a_receipt"


class ProductNotStocked(BusinessError):
    """Stock of a product that is not kept in stock."""

    code = "product_not_stocked"


def not_stocked(number: str, row: int | None) -> ProductNotStocked:
    return ProductNotStocked(
        Sentence("Product %(product)s is not kept in stock. Mark it as stocked first."),
        row=row,
        field="product",
        product=number,
    )


class BinNotAtSite(BusinessError):
    """The bin belongs to another site than the receipt, or than the bin that the goods come from."""

    code = "bin_not_at_site"


class ReasonMissing(BusinessError):
    """A count difference without a reason."""

    code = "reason_missing"


class SameBin(BusinessError):
    """Goods would move to where they are."""

    code = "same_bin"


class BinInactive(BusinessError):
    """The bin, or its location, is no longer to be filled."""

    code = "bin_inactive"


class UnknownProduct(BusinessError):
    """A product is named that is not there."""

    code = "unknown_product"


class UnknownBin(BusinessError):
    """A bin is named that is not there, is not in use, or is not the only one of its name."""

    code = "unknown_bin"


class FromTheFuture(BusinessError):
    """Goods are said to have come in later than today."""

    code = "from_the_future"


class NothingKept(BusinessError):
    """What a location keeps in a bin is counted, and it keeps nothing there any more."""

    code = "nothing_kept"


class StockMoved(BusinessError):
    """Goods came or went between looking at a bin and posting what was counted."""

    code = "stock_moved"


class WrongValuation(BusinessError):
    """Goods of a product that is valuated separately name no type of it, or a type is named of another product."""

    code = "wrong_valuation"


class GoodsSpokenFor(BusinessError):
    """Goods would leave a bin that a transfer order fetches, or has fetched and not yet issued."""

    code = "goods_spoken_for"


class Place(Protocol):
    """A bin, as far as a move asks."""

    @property
    def id(self) -> int: ...
    @property
    def code(self) -> str: ...
    @property
    def site_id(self) -> int: ...
    @property
    def is_active(self) -> bool: ...


def check_move(place: Place, target: Place) -> None:
    """Refuse a move that leads nowhere, to another site or into a bin that is not used any more."""
    if place.id == target.id:
        raise SameBin(
            Sentence("The goods lie in bin %(code)s already. Choose another bin."),
            code=place.code,
            field="to_bin",
            bin=target.id,
        )
    if place.site_id != target.site_id:
        raise BinNotAtSite(
            Sentence("Bin %(code)s belongs to another site than bin %(place_code)s. Choose a bin of the same site."),
            code=target.code,
            place_code=place.code,
            field="to_bin",
            bin=target.id,
        )
    if not target.is_active:
        raise BinInactive(
            Sentence("Bin %(code)s is not in use. Choose another bin, or make it active first."),
            code=target.code,
            field="to_bin",
            bin=target.id,
        )


def check_quantity(what: str, quantity: int) -> None:
    """Refuse a quantity (smallest units) that is not positive or that no column can hold."""
    if quantity <= 0:
        raise QuantityNotPositive(
            Sentence("The quantity of %(what)s is %(quantity)s. Enter a quantity above zero."),
            quantity=quantity,
            field="quantity",
            what=what,
        )
    checked(quantity)


def check_received(received_on: date | None, today: date, row: int) -> None:
    """Refuse goods that lie here before they came."""
    if received_on is not None and received_on > today:
        raise FromTheFuture(
            Sentence(
                "%(day)s has not come yet. Enter %(today)s or an earlier day, or none.", day=received_on, today=today
            ),
            row=row,
            field="received_on",
        )


def check_release(is_inspected: bool, release_on: date | None, today: date) -> None:
    """Refuse a day of release of goods that are not inspected, or one that has passed."""
    if release_on is None:
        return
    if not is_inspected:
        raise InvalidInput(
            Sentence("Only goods that go into inspection are released later. Leave the day out."), field="release_on"
        )
    if release_on < today:
        raise InvalidInput(
            Sentence("%(on)s has passed. Enter today or a later day.", on=release_on), field="release_on"
        )


def after_receiving(number: str, state: str, quantity: int, received: int, coming: int) -> ReceiptState:
    """The state once `coming` more has come; quantities in smallest units."""
    check_quantity(f"receipt {number}", coming)
    if received + coming > quantity:
        raise MoreThanExpected(
            Sentence(
                "%(expected)s of receipt %(number)s are still expected (in smallest units), %(came)s "
                "came. Receive what is expected, and change the receipt for the rest."
            ),
            number=number,
            field="quantity",
            expected=quantity - received,
            came=coming,
        )
    return RECEIPT.step(state, "receive the rest" if received + coming == quantity else "receive a part")


class ForecastPast(BusinessError):
    """A forecast for a day that has passed."""

    code = "forecast_past"


class ForecastTwice(BusinessError):
    """A forecast of a product at a site for a day is named twice."""

    code = "forecast_twice"


class Product(Protocol):
    """A product, as far as a forecast asks."""

    @property
    def number(self) -> str: ...
    @property
    def is_stocked(self) -> bool: ...


def check_forecast(product: Product, quantity: int, on: date, today: date, row: int) -> None:
    """Refuse a forecast of nothing kept in stock, of less than nothing (smallest units), or for a day gone by."""
    if not product.is_stocked:
        raise not_stocked(product.number, row)
    if quantity:
        check_quantity("the forecast", quantity)
    if on < today:
        raise ForecastPast(
            Sentence("%(on)s has passed. Enter a forecast for today or a later day."), row=row, field="on", on=on
        )


def forecast_twice(product: str, on: date, row: int) -> ForecastTwice:
    return ForecastTwice(
        Sentence("Product %(product)s is named twice for %(on)s. Enter one forecast for each day."),
        row=row,
        field="on",
        product=product,
        on=on,
    )

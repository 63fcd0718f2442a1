"""What always holds for stock."""

from troth.ledgers.sums import Found, compare_balances, compare_reversals, count
from troth.platform import sql
from troth.platform.verify import Check, Finding, register


def balances() -> Found:
    return compare_balances("stock", {"quantity": "SUM(quantity)"})


def not_negative() -> Found:
    yield count("stock_balance")
    for balance_id, quantity in sql.fetch("SELECT id, quantity FROM stock_balance WHERE quantity < 0 ORDER BY id"):
        yield Finding(f"Stock balance {balance_id} is {quantity}.", {"balance": balance_id})


def received_days() -> Found:
    """Goods that lie there came on some day, and not after their last movement; where nothing lies, there is no day."""
    yield count("stock_balance")
    odd = """
        SELECT b.id, b.quantity, b.received_on FROM stock_balance b
        LEFT JOIN (SELECT balance_id, MAX("on") AS last_on FROM stock_posting GROUP BY balance_id) p
        ON p.balance_id = b.id
        WHERE (b.quantity = 0) <> (b.received_on IS NULL) OR b.received_on > p.last_on ORDER BY b.id"""
    for balance_id, quantity, received_on in sql.fetch(odd):
        yield Finding(
            f"Stock balance {balance_id} of {quantity} cannot have been received on {received_on}.",
            {"balance": balance_id},
        )


def reversals() -> Found:
    return compare_reversals("stock", negated=("quantity",), kept=("balance_id", "kind"))


register(Check("stock: balances", "Stock is the sum of its movements.", balances))
register(Check("stock: not negative", "No stock is negative.", not_negative))
register(Check("stock: received days", "Stock came in on a day that can be.", received_days))
register(Check("stock: reversals", "A reversal negates the movement it reverses.", reversals))

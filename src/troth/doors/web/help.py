"""The help of each screen, in one place: what it is for and what may be done there, in three or four sentences."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from troth.platform.web.values import Text

LIST = (
    _("A row opens its document. The tabs above are ready-made views; filters stand as chips that can be taken off."),
    _("The address holds search, filters and order, so a list can be sent to a colleague."),
)
DOCUMENT = (
    _("The coloured button is the next step; other steps are in the menu beside it."),
    _("What stands in the way is said above the tabs, with what to do about it."),
)
FORM = (
    _("What is wrong is listed on top; each entry leads to its field. Nothing is written before you send the form."),
)
OTHERWISE = (_("Nothing is written before you press the button. The sentence above it says what will happen."),)

SCREENS: dict[str, tuple[Text, ...]] = {
    "inbox": (_("Questions of other roles to yours, and issues that you see to. The nearest day stands first."),),
    "web:requests": (
        _("What desks ask of each other. Late ones stay here, and with the supervisor, until somebody answers."),
        *LIST,
    ),
    "home": (
        _("Each card is a task of your roles and opens the list behind it. Red is late."),
        _("A count that ends in + was stopped there; the list has all of them."),
        _("Below stands what others did to documents that you work on, since your last visit."),
    ),
    "web:search": (
        _("Codes, document numbers, customers, products and actions are found, those that are open to you."),
        _("A code and a number open the document itself: VA02 and the order's number changes that order."),
    ),
    "sales:orders": (
        _("All orders, the newest first. Unconfirmed lines are those that no stock or supply covers yet."),
        *LIST,
    ),
    "sales:quotations": (_("All quotations. One that was sent waits for the customer until its last day."), *LIST),
    "sales:new-dates": (
        _("Where supply slips under an order whose type asks, new dates are proposed; the promise stays as it was."),
        *LIST,
    ),
    "sales:new-dates-one": (
        _("Take the new dates, keep the old ones, or call the customer first. Each leaves its trace in the history."),
        _("If the books have changed since, the new dates are reckoned again and shown before anything is taken."),
        *DOCUMENT,
    ),
    "sales:new-dates-keep": OTHERWISE,
    "sales:order": (
        _("Items show what the customer wished and what is confirmed, with what each date stands on."),
        _("Flow shows every document that led here and that followed, with its quantities."),
        *DOCUMENT,
    ),
    "sales:quotation": (
        _("A quotation becomes an order once the customer accepts it; both stay tied."),
        _("It may hold its goods until then: for its order alone, and no longer than it is valid."),
        *DOCUMENT,
    ),
    "sales:order-create": (
        _("Price, availability and dates appear while you type; nothing is promised before you submit."),
        _("What is missing is listed at the side and does not keep you from saving the draft."),
    ),
    "sales:order-change": (
        _("Only fields that matter for the promise make a line promise anew; all else keeps its dates."),
        *FORM,
    ),
    "sales:quotation-create": (_("A quotation is priced like an order and holds no stock."), *FORM),
    "promising:availability": (
        _("Free is what stock and expected supply leave after all that is promised, day by day."),
        _("Below stands each receipt and each order behind the figures, by category and by who holds what."),
        _("Choose a scope of check to see what it counts."),
    ),
    "quotas:quota-procedures-list": (
        _("A quota is the most that a group is confirmed in a period; a procedure tells groups apart."),
        _("Overview opens the cells of a procedure; sequences say for which products it holds."),
        *LIST,
    ),
    "quotas:quota-sequences-list": (
        _("What the first procedure of a sequence does not cover is asked of the next."),
        _("Where several sequences hold for a product, each of them must have room."),
        *LIST,
    ),
    "quotas:supply-protections-list": (
        _("What is kept for a group is promised to nobody else until its last day; the group takes of its own first."),
        *LIST,
    ),
    "promising:quota-cells": (
        _("A line is held against the cell that says most about it; # is any other."),
        _("Targets are pasted from a spreadsheet below, or changed on the page of a cell."),
    ),
    "promising:quota-cell": (
        _("A target may be lowered below what is consumed: who has a promise keeps it, nobody gets a new one."),
        *FORM,
    ),
    "promising:quota-try": (_("The answer is what an order of this customer would be promised now; nothing is held."),),
    "backorders:runs": (
        _("Each run shares goods out anew among open lines. Simulating changes nothing; only an applied run does."),
        *LIST,
    ),
    "backorders:run": (
        _("The summary says by segment how many lines are confirmed and on time, before and after."),
        _("Approve what you agree with, then apply it. Each change is looked at again under the locks."),
        _("What moved since is left as it is, and listed."),
        _("An applied run can be undone: lines get back what they had, as far as nobody was promised it since."),
        *DOCUMENT,
    ),
    "backorders:changes": (
        _("One row for each line that comes otherwise. Open it to read the rule behind it, and who took or gave."),
        *LIST,
    ),
    "backorders:change": (
        _("What was confirmed, what would be, under which segment and strategy, and whose goods they were."),
    ),
    "backorders:variants": (
        _("A variant is a way to share out. Its segments rank lines and say what each may lose."),
        *LIST,
    ),
    "backorders:variant": (
        _("Lines take the first segment that fits. Floors of Gain come first, then Win, Improve, Redistribute, Fill."),
        *DOCUMENT,
    ),
    "backorders:variant-create": (_("Simulate a variant as often as you like before you rely on it."), *FORM),
    "backorders:variant-change": (_("A run keeps the variant as it was when it was simulated."), *FORM),
    "backorders:segment-create": (
        _("The strategy says what a line may gain and lose; the rank, who comes first."),
        *FORM,
    ),
    "backorders:segment-change": (
        _("The strategy says what a line may gain and lose; the rank, who comes first."),
        *FORM,
    ),
    "promising:holds": (
        _("A hold keeps goods from everybody else for a while, without an order. It ends by itself."),
        *LIST,
    ),
    "promising:hold": (
        _("Make order hands the goods over to an order; release lets them go; extend gives the customer more time."),
    ),
    "promising:what-if": (
        _("Suppose more or less stock, a receipt or an order, and see what would be promised."),
        _("Scenarios A, B and C stand beside the books as they are. The address holds the question: send it on."),
    ),
    "promising:promise": (
        _("The sentence is what you can read to the customer."),
        _("Replay now asks the books of today; nothing is changed by it."),
    ),
    "promising:kept": (
        _("Goods that leave are set against the day promised first, the day promised last, and the wish."),
        _("Each line of a delivery counts once. The proof of delivery corrects the day of arrival."),
    ),
    "promising:unconfirmed": (
        _("Each row is a line that stock and supply do not cover. Open it to read why and what would help."),
        _("The goal is none: a backorder run shares out anew what there is, the other roads stand on the row's page."),
        *LIST,
    ),
    "promising:slips": (
        _("Each row is supply that slipped and left promises uncovered; it opens what became of each of them."),
        *LIST,
    ),
    "promising:reactions": (
        _("Promised anew, asked first, kept, or a hold that gave way: by the order type. A row opens the promise."),
        *LIST,
    ),
    "promising:departures": (
        _("Each row is what left of one line; it opens the promise with its history."),
        *LIST,
    ),
    "masterdata:agreed-products-list": (
        _("What customers have agreed for products: their own numbers, quantities and tolerances."),
        _("An order of the customer takes them over; where nothing is agreed, the product's own hold."),
        *LIST,
    ),
    "masterdata:credit-checks-list": (
        _("Where credit is checked, for which payers and orders, against what, and what follows."),
        _("Where no rule holds, the limit is checked when an order is entered or raised and when its goods leave."),
        _("A rule for an order type goes before one for a risk class, and both before one for all."),
        *LIST,
    ),
    "masterdata:availability-rules-list": (
        _("What serves an item where its own goods are not there in time: another product, another site, or both."),
        _("The ordered goods are always tried first. Of several rules the lowest rank says how one is chosen."),
        _("An exclusive rule takes out what others name. Try a rule on its overview before an order meets it."),
        *LIST,
    ),
    "masterdata:alternatives-list": (
        _("What rules name, in the order of their positions. What is empty is as ordered."),
        *LIST,
    ),
    "sales:offering-try": (
        _("What would become of an item: whether it may be sold, what is sold instead, what is free, what serves it."),
        _("Nothing is held and nothing is written."),
    ),
    "masterdata:listings-list": (
        _("What customers may order and what not, by customer, group or for all, from one day to another."),
        _("Whoever has a list may order only what stands on it. An exclusion counts more than a list."),
        _("An order of something else is refused by line; orders that stand already stay as they are."),
        *LIST,
    ),
    "masterdata:substitutions-list": (
        _("What is sold in place of a product: by itself, or proposed beside the row of the order."),
        _("The customer's own substitution counts before its group's, and that before the one for all."),
        _("A chain is followed to the last product that can be sold; a ring is refused."),
        *LIST,
    ),
    "masterdata:free-goods-list": (
        _("Of each so many that are ordered some are free: within the ordered quantity, or on top of it."),
        _("What is free is an item of its own without a price. It follows the changes of its main item."),
    ),
    "masterdata:package-sizes-list": (
        _("In which packages a product goes to a customer, or to all who have no sizes of their own."),
        _("Only whole packages are promised. What was ordered may be rounded to them before it is checked."),
        _("A change holds for the next check; what is promised already stays."),
        *LIST,
    ),
    "masterdata:product-sites-list": (
        _("What each site keeps of a product: its fixed bin, its safety stock, and how long it takes to replenish it."),
        _("A lead time that is empty is the product's. A change holds for the next check; what is promised stays."),
        *LIST,
    ),
    "masterdata:batches-list": (
        _("A batch is what was made together. What can be used until a day is promised for deliveries up to it only."),
        _("Another last day counts at once; promises that are left without goods are made anew."),
        *LIST,
    ),
    "masterdata:checking-scopes-list": (
        _("A scope says which stock, receipts and demands count when goods are promised, and how far ahead is looked."),
        _("An availability group says which scope holds for orders, rush orders, deliveries, quotations, components."),
    ),
    "masterdata:availability-groups-list": (
        _("A product names its group; one that names none is in the group standard."),
        _("A changed scope holds for the next order; what is promised already stays."),
    ),
    "promising:coverage": (
        _("What is listed here is promised without a check, or never: each line says why."),
        _("What is not kept in stock needs no check; the others want a site, a scope or an open calendar."),
    ),
    "promising:scope": (
        _("Try the scope on a product: the answer is what it would promise now, with the reason."),
        _("Nothing is held and nothing is written."),
    ),
    "promising:stock-overview": (
        _("What there is of a product, summed from the company to its sites, their locations and the batches there."),
        _("Beside it what is on order, planned, promised and held; of a location only what it alone is to serve."),
    ),
    "supply:stock": (_("What lies in which bin, by product and stock type."), *LIST),
    "supply:bin-stock": (
        _("Move takes goods to another bin of the site."),
        _("Count corrects the stock to what lies there."),
    ),
    "supply:lots": (
        _("Goods in quality inspection by lot, the oldest first: how much is not decided, and when it is released."),
        *LIST,
    ),
    "supply:lot": (
        _("A usage decision accepts goods of the lot, so that they are free, or rejects them: they are blocked."),
        _("Whoever received the goods does not decide on them."),
        *DOCUMENT,
    ),
    "supply:forecasts": (
        _("What is expected to be ordered, by product, site and day. A row leads to where it is set anew."),
        _("Orders use a forecast up, so that an order and the forecast it fulfils are not counted twice."),
        *LIST,
    ),
    "supply:receipts": (
        _("What is ordered or planned, when it is due, and what of it has come."),
        *LIST,
    ),
    "supply:receipt": (
        _("Receive books the goods into a bin, in one part or several."),
        _("Convert makes an order out of what is planned; what was promised on it stays promised."),
        *DOCUMENT,
    ),
    "web:blocks": (
        _("All that stops an order or a delivery, the longest first: what it stops, why, and who may release it."),
        _("Tick rows and release them for one reason. Each is released by itself; what cannot be is told and why."),
        _("Nobody releases what they entered or last raised themselves, unless they set the block."),
        *LIST,
    ),
    "credit:blocked": (
        _("Orders and deliveries whose customer is over the limit. The longest waiting stand on top."),
        _("Nobody releases what they entered or last raised themselves."),
    ),
    "credit:accounts": (_("What each customer owes and has on order, against the limit."), *LIST),
    "credit:account": (
        _("Exposure is open orders, deliveries and invoices together."),
        _("A credit manager sets the limit."),
    ),
    "shipping:due": (
        _("Orders that are confirmed and in no delivery yet, by the day on which the goods are ready."),
        _("Select rows and create their deliveries; blocked ones are left and named."),
    ),
    "shipping:deliveries": (_("Select rows to put them on a shipment, fetch their goods, or issue them."), *LIST),
    "shipping:delivery": (
        _("A delivery is picked, then its goods are issued; after that it can be billed."),
        *DOCUMENT,
    ),
    "shipping:proofs": (
        _("What left for customers who are billed after the proof of delivery, the longest waiting on top."),
        _("Select rows that arrived as they left; open one to record who signed, and what differs."),
    ),
    "shipping:delivery-prove": (
        _("What did not arrive is not billed. Within the order's tolerance nobody needs to decide what becomes of it."),
        _("As long as the delivery is not billed, its proof can be taken back."),
    ),
    "shipping:shipments": (_("A shipment is one trip of a truck with its deliveries."), *LIST),
    "shipping:shipment": (_("Load when all is picked, issue the goods, then let the truck depart."), *DOCUMENT),
    "shipping:transfer_orders": (_("Each transfer order is a picking list: which goods from which bin."), *LIST),
    "shipping:transfer_order": (
        _("Confirm all when everything was found; else confirm bin by bin with what was really picked."),
        *DOCUMENT,
    ),
    "shipping:picking": (
        _("Scan the bar code of a pick list, or choose one below. Those whose goods leave first stand on top."),
        _("What you began on this device and did not confirm is still there; the list says how far you are."),
    ),
    "shipping:pick": (
        _("Go to the bin, scan it or the product, fetch the quantity, and press Picked, or Enter in the empty field."),
        _("Less or more needs a reason. Later puts a position at the end; until you confirm, all can be changed."),
        _("Nothing is booked before the last button. Without a network what you picked is kept on this device."),
    ),
    "shipping:packing": (
        _("What is picked and in no handling unit yet, of sites that pack before the goods issue."),
        _("Scan or type a delivery's number, or that of its transfer order, to pack any other."),
    ),
    "shipping:delivery-pack": (
        _("Choose the packaging and enter, or scan piece by piece, what goes into one handling unit."),
        _("Pack all by weight makes as many units as the packaging's greatest weight asks for."),
        _("Labels and packing list are on the delivery's page under Papers. Unpacking ends with the goods issue."),
    ),
    "billing:due": (
        _("Deliveries whose goods have left, and orders that are billed by themselves."),
        _("Create invoices for the selected rows, or one collective invoice for a customer."),
    ),
    "billing:invoices": (_("An invoice is never changed or deleted; a cancellation is a document of its own."), *LIST),
    "billing:invoice": (_("Cancelling gives the value back to the delivery, which is then due again."), *DOCUMENT),
    "billing:journal": (_("Every posting with its account; each entry is in balance."), *LIST),
    "receivables:open": (_("Invoices stand here until they are paid. Overdue ones are past their last day."), *LIST),
    "receivables:payments": (_("What of a payment is not cleared is a deposit of the payer."), *LIST),
    "receivables:payment": (_("Clear sets the money against open invoices; that can be taken back."), *DOCUMENT),
    "masterdata:customers-list": (
        _("Who orders, where it goes, and on which terms."),
        _("Records are deactivated, never deleted."),
        *LIST,
    ),
    "masterdata:products-list": (
        _("What is sold or made."),
        _("An import shows each row with its faults before anything is written."),
        *LIST,
    ),
    "masterdata:prices-list": (
        _("Prices, discounts, surcharges and freight."),
        _("The most specific one that is valid wins."),
        *LIST,
    ),
    "people:list": (
        _("Who may sign in and which roles they hold."),
        _("A role that joins two duties which belong apart is refused."),
    ),
}
"""By the route's name."""


def help_of(request: HttpRequest) -> tuple[Text, ...]:
    """The sentences of the screen that the request is for."""
    match = request.resolver_match
    name = match.view_name if match else ""
    if name in SCREENS:
        return SCREENS[name]
    return FORM if name.endswith(("-create", "-change", "-edit")) else OTHERWISE

"""Files broken in ways nobody thought of: each is taken whole, or refused with the place; nothing is half in."""

from tests.masterdata.world import CLOCK, MASTER
from troth.business.masterdata import imports
from troth.business.masterdata.models import Customer, PriceCondition
from troth.kernel.errors import Refusals
from troth.platform.models import Event
from troth.platform.web.imports import UnreadableFile
from troth.reference.models import Party, Product, ProductUnit

GOOD = {
    "customers": "company,number,name,country,sales_organisation,currency,payment_terms,calendar\n"
    "10,C8,Äpfel & Räder,DE,US,EUR,N30,week\n10,C9,Nine,US,US,USD,N30,week\n",
    "products": "number,name,base_unit,category,weight_g,units\n"
    "BK-8,Eight,PC,Bikes,100,BOX=4\nBK-9,Nine,PC,Bikes,200,\n",
    "prices": "company,code,kind,product,currency,amount,valid_from_on,scale_from\n"
    "10,LIST,price,BK-1,USD,12.50,2026-01-01,\n10,LIST,price,BK-1,USD,11.00,2026-01-01,10\n",
}
"""A file of each kind that is taken."""

TABLES = (Customer, Party, Product, ProductUnit, PriceCondition, Event)


def counted():
    return tuple(table.objects.count() for table in TABLES)


def outcome(kind, content):
    """`taken`, `unreadable` or `refused`; what is not taken leaves nothing, and is told where it is wrong."""
    before = counted()
    try:
        imports.import_file(kind, content, by=MASTER, clock=CLOCK)
    except UnreadableFile as error:
        told, places = "unreadable", [(error.message, error.field, error.row)]
    except Refusals as error:
        told, places = "refused", [(one.message, one.field, one.row) for one in error.refusals]
    else:
        return "taken"
    assert all(sentence and (field, row) != (None, None) for sentence, field, row in places)
    assert counted() == before
    return told

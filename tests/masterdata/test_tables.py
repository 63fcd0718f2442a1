"""Every table of master data comes in and goes out as a file, by one declaration each."""

import io
from datetime import date, timedelta

import pytest

from tests.masterdata.world import CLOCK, KINDS, MASTER
from troth.business.masterdata import imports, queries
from troth.business.masterdata.actions import Brought
from troth.business.masterdata.models import AccountRule, PaymentTerms, Route, StandardText
from troth.business.masterdata.tables import REFERENCES, TABLES
from troth.kernel.errors import NotFound, Refusals
from troth.platform.actors import Actor, Grant
from troth.platform.models import Event
from troth.platform.permissions import NotAllowed
from troth.platform.web import exports
from troth.reference.models import Bin, Country, Currency, Letterhead, Site, Unit

FILES = {
    "currencies": "code,name,decimals\nEUR,Euro,2\nJPY,Yen,0\n",
    "exchange_rates": "source,target,valid_from_on,numerator,denominator\nJPY,EUR,2026-01-01,1,165\n",
    "countries": "code,name\nDE,Germany\nNL,Netherlands\n",
    "units": "code,name,decimals\nPC,piece,0\nL,litre,3\n",
    "calendars": "code,name,open_weekdays\nWEEK,Monday to Friday,1111100\n",
    "calendar_days": "calendar,on,is_open,name\nWEEK,2026-12-25,no,Christmas\nWEEK,2026-12-19,yes,\n",
    "companies": "code,name,currency,country,time_zone\n10,Fjell,EUR,DE,Europe/Berlin\n",
    "sales_organisations": "company,code,name\n10,DOM,Domestic\n10,EXP,Export\n",
    "sites": "code,company,name,time_zone,calendar\nHAM,10,Hamburg,Europe/Berlin,WEEK\n",
    "request_terms": "kind,receipt_minutes,answer_minutes,same_day\nquality_release,15,45,yes\n",
    "storage_locations": "site,code,name\nHAM,01,Hall 1\nHAM,02,Hall 2\n",
    "bins": "location,code,sequence\nHAM/01,A-01,10\nHAM/02,A-01,20\n",
    "parties": "number,name,country\nDHL,The carrier,DE\nALPHA,Alpha Bikes,DE\n",
    "payment_terms": "code,name,due_days,discount_days,discount_basis_points\nN30,30 days net,30,10,200\n",
    "carriers": "party,base_charge,charge_per_kg\nDHL,500,20\n",
    "packaging": "code,name,tare_weight_g,max_weight_g,length_mm\nCARTON,Carton,400,25000,600\nSACK,Sack,0,,\n",
    "routes": "code,name,calendar,carrier,transit_days\nR1,By road,WEEK,DHL,2\nR2,Collected,WEEK,,0\n",
    "route_determinations": "site,country,region,shipping_condition,route\nHAM,,,,R1\nHAM,DE,HH,FAST,R2\n",
    "shipping_points": "code,site,name\nH1,HAM,Dock 1\n",
    "customers": "company,number,name,country,sales_organisation,currency,payment_terms,calendar\n"
    "10,ALPHA,Alpha Bikes,DE,DOM,EUR,N30,WEEK\n",
    "products": "number,name,base_unit,has_batches,shelf_life_days\nOIL,Oil,L,yes,365\nBELL,Bell,PC,,\n",
    "batches": "product,number,produced_on,expires_on\nOIL,L1,2026-01-01,2026-12-31\nOIL,L2,,2027-06-30\n",
    "package_sizes": 'product,customer,sizes,rounding\nBELL,,"6, 12",up\nBELL,10/ALPHA,6,down\n',
    "valuation_types": "product,code,name,is_default\nBELL,NEW,New,yes\nBELL,USED,Used,\n",
    "product_sites": "product,site,fixed_bin\nOIL,HAM,HAM/02/A-01\n",
    "customer_products": "customer,product,number\n10/ALPHA,OIL,4711\n",
    "checking_scopes": "code,name,supply,demand,at_hand,lead_time\n"
    'wide,Wide,"stock, planned","order, delivery, hold, reservation, transfer_out",,yes\n',
    "availability_groups": "code,name,order_scope,rush_scope,delivery_scope,quotation_scope,component_scope\n"
    "bought,Bought,wide,rush,delivery,order,component\n",
    "item_categories": "code,name,billing_basis,is_priced\nstandard,Standard,issued,yes\nfree,Free,none,no\n",
    "order_types": "code,name,item_category,on_credit_block\nstandard,Standard,standard,hold\n",
    "text_kinds": "code,name,is_on_items\nnote,Note,no\n",
    "standard_texts": "kind,customer,product,language,text\n"
    'note,10/ALPHA,,,"Ring twice.\nThen wait."\nnote,,OIL,de,Öl\n',
    "letterheads": "company,legal_name,street,telephone,email,mark,accent\n"
    '10,Fjell AG,Am Kai 1,+49 40 1,orders@fjell.example,"<svg><path d=""M0 0""/></svg>",#1f4e79\n',
    "listings": "kind,customer,product,product_category,valid_from_on,reason\n"
    "excluded,10/ALPHA,OIL,,2026-01-01,recall\nlisted,,BELL,,2026-01-01,\n",
    "substitutions": "product,substitute,mode,numerator,denominator,valid_from_on\nBELL,OIL,proposed,1,2,2026-01-01\n",
    "free_goods": "product,kind,per_quantity,free_quantity,item_category,valid_from_on\n"
    "BELL,inclusive,10,1,free,2026-01-01\n",
    "availability_rules": "code,name,product,site,sales_organisation,order_type,source_system,valid_from_on,reason\n"
    "SHORT,Oil is short,OIL,HAM,10/DOM,standard,edi,2026-01-01,short\n",
    "availability_rule_steps": "rule,position,product,numerator,denominator\nSHORT,1,BELL,1,2\n",
    "quota_procedures": 'code,name,characteristics,unit\nLAND,By country,"country, channel",PC\n',
    "quota_sequences": "code,product,product_group,valid_from_on,valid_to_on,name,procedures,is_active\n"
    "S,BELL,,2026-01-01,,Bells,LAND,yes\nT,,,,,None yet,LAND,yes\n",
    "supply_protections": "product,site,characteristic,value,first_on,last_on,quantity\n"
    "BELL,HAM,country,DE,2026-03-02,2026-03-31,5\n",
    "credit_checks": "company,point,risk_class,order_type,outcome,max_document_value,max_dunning_level\n"
    "10,order_create,,,block,,\n10,order_create,C,,error,500000,1\n10,goods_issue,,standard,block,,2\n",
    "tax_rates": "country,region,name,basis_points,valid_from_on,valid_to_on\nDE,,VAT,1900,2021-01-01,\n",
    "account_determinations": "company,posting_key,customer_group,product_category,account\n10,tax,,,2300\n",
    "prices": "company,code,kind,product,currency,amount,valid_from_on\n10,LIST,price,OIL,EUR,8.00,2026-01-01\n",
}


def bring(kind, text, by=MASTER):
    return imports.import_file(kind, text.encode() if isinstance(text, str) else text, by=by, clock=CLOCK)


def refused(kind, text):
    """Row, column and sentence of each refusal."""
    found = imports.preview_file(kind, text.encode(), by=MASTER, clock=CLOCK).refusals
    with pytest.raises(Refusals):
        bring(kind, text)
    return [(one.row, one.column, one.sentence) for one in found]


@pytest.fixture
def company(db):
    """A company of nothing but files."""
    return {kind: bring(kind, text) for kind, text in FILES.items()}


def test_a_new_company_is_brought_in_by_files_alone_and_the_same_files_change_nothing(company):
    rows = {kind: text.replace("twice.\n", "").count("\n") - 1 for kind, text in FILES.items()}
    assert company == {kind: Brought(count, 0, 0) for kind, count in rows.items()}
    written = Event.objects.count()
    assert {kind: bring(kind, text) for kind, text in FILES.items()} == {
        kind: Brought(0, 0, count) for kind, count in rows.items()
    }
    assert Event.objects.count() == written
    assert set(FILES) == set(KINDS)


def test_what_goes_out_as_a_workbook_or_as_text_comes_in_again_without_a_change(company):
    for kind in KINDS:
        header, rows = imports.export_rows(kind, by=MASTER)
        listed = list(rows)
        file = io.BytesIO()
        exports.write_workbook(file, header, listed)
        same = Brought(0, 0, len(listed))
        assert (kind, bring(kind, file.getvalue())) == (kind, same)
        assert (kind, bring(kind, "".join(imports.export_file(kind, by=MASTER)))) == (kind, same)


def test_codes_stand_for_what_lies_within_something(company):
    assert Bin.objects.get(sequence=20).location.code == "02"
    assert Route.objects.get(code="R1").carrier.party.number == "DHL"
    assert StandardText.objects.get(language="").text == "Ring twice.\nThen wait."
    assert imports.export_rows("product_sites", by=MASTER)[1].__next__() == [
        "OIL",
        "HAM",
        "yes",
        "HAM/02/A-01",
        "0",
        *[""] * 5,
    ]


def test_a_drawing_and_a_text_of_several_lines_come_in_again_as_their_pages_kept_them(company):
    drawing = '<svg>\r\n\t<path d="M0 0"/>\r\n</svg>'
    Letterhead.objects.update(mark=drawing)
    StandardText.objects.filter(language="").update(text="Ring twice.\r\nThen wait.")
    for kind in ("letterheads", "standard_texts"):
        listed = "".join(imports.export_file(kind, by=MASTER))
        assert bring(kind, listed) == Brought(0, 0, imports.kind_of(kind).found().count())
    assert Letterhead.objects.get().mark == drawing
    assert bring("letterheads", "company,tagline\n10,Boats\n") == Brought(0, 1, 0)
    kept = Letterhead.objects.get()
    assert (kept.tagline, kept.legal_name, kept.mark, kept.version) == ("Boats", "Fjell AG", drawing, 2)


def test_a_change_counts_the_version_up_says_so_and_is_known_to_every_process(company):
    assert queries.snapshot().payment_terms[PaymentTerms.objects.get().pk].due_days == 30
    assert bring("payment_terms", "code,due_days\nN30,45\n") == Brought(0, 1, 0)
    terms = PaymentTerms.objects.get()
    assert (terms.due_days, terms.discount_days, terms.version) == (45, 10, 2)
    assert queries.snapshot().payment_terms[terms.pk].due_days == 45
    event = Event.objects.latest("pk")
    assert (event.kind, event.document_number, event.changes) == (
        "masterdata.payment_terms_changed",
        "N30",
        {"due_days": [30, 45]},
    )


SCOPE = "code,name,supply,demand,horizon_days\n"
PROMISED = "order, delivery, hold, reservation, transfer_out"
WRONG = [
    ("units", "code,decimals\nL,2\n", [(1, "decimals", "cannot change")]),
    ("units", "code,name,decimals\nX,x,7\n", [(1, "decimals", "6 decimals at most")]),
    ("calendars", "code,name,open_weekdays\nX,x,1111\n", [(1, "open_weekdays", "seven signs")]),
    ("calendars", "code,name,open_weekdays\nX,x,0000000\n", [(1, "open_weekdays", "never opens")]),
    ("sites", "code,company,name,calendar,time_zone\nX,10,x,WEEK,Mars\n", [(1, "time_zone", "no such time zone")]),
    (
        "routes",
        "code,name,calendar,transit_days\nX,,NONE,-1\n",
        [(1, "name", "missing"), (1, "transit_days", "negative"), (1, "calendar", "no calendar NONE")],
    ),
    (
        "bins",
        "location,code\nHAM/09,A\nHAM/01,\n",
        [(1, "location", "no storage location HAM/09"), (2, "code", "missing")],
    ),
    (
        "tax_rates",
        "country,name,basis_points,valid_from_on,valid_to_on\nDE,X,1,2026-02-01,2026-01-01\n",
        [(1, "valid_to_on", "ends before")],
    ),
    (
        "credit_checks",
        "company,point,risk_class,outcome,max_document_value\n10,goods_issue,,warn,\n10,order_change,,none,5\n"
        "10,order_change,B,block,0\n10,order_create,C,warn,-1\n10,goods_issue,D,block,5\n",
        [
            (1, "outcome", "only a block can follow"),
            (2, "max_document_value", "nothing is looked at"),
            (3, "max_document_value", "1 or more"),
            (4, "max_document_value", "negative"),
            (5, "max_document_value", "when it was delivered"),
        ],
    ),
    (
        "credit_checks",
        "company,point,outcome,checks_limit,max_overdue_percent\n10,order_change,warn,no,\n10,order_create,warn,,100\n",
        [(1, "checks_limit", "looks at nothing"), (2, "max_overdue_percent", "never stop anything")],
    ),
    ("checking_scopes", SCOPE + f'X,x,,"{PROMISED}",365\n', [(1, "supply", "missing")]),
    ("checking_scopes", SCOPE + f'X,x,",","{PROMISED}",365\n', [(1, "supply", "confirms nothing")]),
    ("checking_scopes", SCOPE + f'X,x,"stock, hope","{PROMISED}",365\n', [(1, "supply", "hope is no such category")]),
    ("checking_scopes", SCOPE + f'X,x,stock,"{PROMISED}",0\n', [(1, "horizon_days", "must look ahead")]),
    ("checking_scopes", SCOPE + f'X,x,stock,"{PROMISED}",-3\n', [(1, "horizon_days", "negative")]),
    ("checking_scopes", SCOPE + "X,x,stock,order,30\n", [(1, "demand", "Add: delivery, hold, reservation")]),
    ("checking_scopes", "code,at_hand\nwide,safety_stock\n", [(1, "at_hand", "Add to the demand: safety_stock")]),
    ("checking_scopes", "code,is_active\nwide,no\n", [(1, "is_active", "group bought uses")]),
    ("availability_groups", "code,is_active\nstandard,no\n", [(1, "is_active", "Keep it active")]),
    ("availability_groups", "code,order_scope\nbought,none\n", [(1, "order_scope", "no checking scope none")]),
    (
        "availability_groups",
        "code,name,order_scope,rush_scope,delivery_scope,quotation_scope\nX,x,wide,rush,delivery,order\n",
        [(1, "component_scope", "missing")],
    ),
    ("standard_texts", "kind,text\nnote,Hello\n", [(1, "customer", "Enter one")]),
    (
        "exchange_rates",
        "source,target,valid_from_on,numerator\nEUR,JPY,2026-01-01,0\n",
        [(1, "numerator", "1 or more")],
    ),
    (
        "request_terms",
        "kind,receipt_minutes,answer_minutes,escalates_to\nriddle,,10,\nplan_change,20,10,\nload_change,,10,king\n"
        "question,,0,\n",
        [
            (1, "kind", "no such kind of request"),
            (2, "receipt_minutes", "before the answer"),
            (3, "escalates_to", "no such role"),
            (4, "answer_minutes", "1 or more"),
        ],
    ),
    (
        "sites",
        "code,company,name,calendar,opens,closes\nX,10,x,WEEK,16:00,08:00\nY,10,y,WEEK,8,25:00\n",
        [(1, "closes", "before they open"), (2, "opens", "such as 08:00"), (2, "closes", "such as 08:00")],
    ),
    ("item_categories", "code,name,billing_basis\nX,x,whim\n", [(1, "billing_basis", "issued, ordered, none")]),
    ("countries", "code,name\nFR,France\nFR,Frankreich\n", [(2, "code", "same key")]),
    (
        "packaging",
        "code,name,tare_weight_g,max_weight_g\nC,Carton,500,400\n",
        [(1, "max_weight_g", "more empty than full")],
    ),
    (
        "listings",
        "kind,product,product_category,customer,customer_group,valid_from_on\nexcluded,,,,,2026-01-01\n"
        "excluded,,Tyres,,,2026-01-01\nlisted,OIL,,10/ALPHA,dealer,2026-01-01\n",
        [
            (1, "product", "either a product or a category"),
            (2, "product_category", "No product is in the category Tyres"),
            (3, "customer_group", "a customer or for a group"),
        ],
    ),
    (
        "substitutions",
        "product,substitute,valid_from_on,numerator,denominator\nOIL,OIL,2026-01-01,,\nOIL,BELL,2026-05-01,,\n"
        "OIL,NONE,2026-02-01,,\nOIL,BELL,2026-03-01,2,\nOIL,BELL,2026-04-01,0,1\n",
        [
            (1, "substitute", "cannot stand in for itself"),
            (2, "numerator", "OIL is kept in L and BELL in PC. Enter how many PC stand for how many L."),
            (3, "substitute", "no product NONE"),
            (4, "denominator", "both figures"),
            (5, "numerator", "1 or more"),
        ],
    ),
    (
        "substitutions",
        "product,substitute,valid_from_on,numerator,denominator\nOIL,BELL,2026-01-01,1,1\n",
        [(1, "substitute", "This runs in a ring: OIL, BELL, OIL.")],
    ),
    (
        "free_goods",
        "product,kind,per_quantity,free_quantity,item_category,valid_from_on,free_product\n"
        "OIL,inclusive,10,10,free,2026-01-01,\nOIL,inclusive,10,1,free,2026-02-01,BELL\n"
        "OIL,exclusive,0,1,free,2026-03-01,\nOIL,exclusive,10,1,standard,2026-04-01,\n",
        [
            (1, "free_quantity", "left to pay"),
            (2, "free_product", "the product itself"),
            (3, "per_quantity", "more than 0"),
            (4, "item_category", "have a price"),
        ],
    ),
    (
        "availability_rules",
        "code,name,product,product_category,picking,result,valid_from_on\nA,A,OIL,Tyres,,,2026-01-01\n"
        "B,B,,Tyres,,,2026-01-01\nC,C,,,waterfall,inline,2026-01-01\nSHORT,,BELL,,,,2026-01-01\n",
        [
            (1, "product_category", "Empty one of the two"),
            (2, "product_category", "No product is in the category Tyres"),
            (3, "result", "Choose sub-items"),
            (4, "name", "missing"),
        ],
    ),
    (
        "availability_rules",
        "code,name,division,valid_from_on\nA,A,TOYS,2026-01-01\n",
        [(1, "division", "No product is in the division TOYS")],
    ),
    ("availability_rules", "code,product\nSHORT,BELL\n", [(1, "product", "Alternative 1: The rule runs in a ring")]),
    (
        "availability_rule_steps",
        "rule,position,product,site,numerator,denominator\nSHORT,2,,,,\nSHORT,3,OIL,,,\nSHORT,4,,HAM,,\n"
        "SHORT,5,BELL,HAM,,\nSHORT,6,BELL,,1,1\nNONE,1,BELL,,,\nSHORT,7,BELL,,1,\n",
        [
            (1, "product", "leads nowhere"),
            (2, "product", "runs in a ring"),
            (3, "site", "runs in a ring"),
            (4, "numerator", "OIL is kept in L and BELL in PC"),
            (5, "product", "alternative 1 already"),
            (6, "rule", "no availability rule NONE"),
            (7, "denominator", "both figures"),
        ],
    ),
    (
        "availability_rule_steps",
        "rule,position,product,numerator,denominator\nSHORT,6,BELL,1,1\n",
        [(1, "product", "alternative 1 already")],
    ),
    (
        "letterheads",
        "company,email,mark,accent\n10,nowhere,<svg>,#12\nNONE,,<p/>,\n10,,,\n",
        [
            (1, "email", "Write it as orders@example.com"),
            (1, "mark", "from <svg> to </svg>"),
            (1, "accent", "Write it as #1f4e79"),
            (2, "company", "no company NONE"),
            (2, "mark", "This is no SVG"),
            (3, "company", "same key"),
        ],
    ),
    ("carriers", "party,wheels\nDHL,4\n", [(0, "wheels", "No such column")]),
]


@pytest.mark.parametrize(("kind", "text", "cells"), WRONG)
def test_a_wrong_row_is_refused_by_row_column_and_remedy(company, kind, text, cells):
    found = refused(kind, text)
    assert [(row, column) for row, column, _ in found] == [(row, column) for row, column, _ in cells]
    for (_, _, sentence), (_, _, words) in zip(found, cells, strict=True):
        assert words in sentence


def test_one_refused_row_keeps_the_whole_file_out(company):
    refused("currencies", "code,name,decimals\nUSD,Dollar,2\nCHF,Franken,9\n")
    assert sorted(Currency.objects.values_list("code", flat=True)) == ["EUR", "JPY"]


def test_who_may_not_and_who_is_of_another_company_is_refused(company):
    clerk = Actor(user_id=1, name="Carl", grants=(Grant("billing_clerk"),))
    with pytest.raises(NotAllowed):
        bring("countries", "code,name\nFR,France\n", by=clerk)
    with pytest.raises(NotAllowed):
        imports.export_rows("countries", by=clerk)
    bring("companies", "code,name,currency,country\n20,Other,EUR,DE\n")
    other = Site.objects.get().company_id + 1
    elsewhere = Actor(user_id=2, name="Olga", grants=(Grant("master_data", company_id=other),))
    for kind in ("account_determinations", "sites", "bins", "route_determinations"):
        assert list(imports.export_rows(kind, by=elsewhere)[1]) == []
    with pytest.raises(NotAllowed):
        bring("account_determinations", "company,posting_key,account\n10,cash,1000\n", by=elsewhere)
    with pytest.raises(NotAllowed):
        bring("storage_locations", "site,code,name\nHAM,03,Hall 3\n", by=elsewhere)
    assert AccountRule.objects.count() == 1


def test_every_code_of_a_table_can_be_looked_up_and_every_rule_is_of_a_column(company):
    for table in TABLES.values():
        assert {*table.key, *table.fixed, *table.checks, *table.left_out} <= {
            one.name for one in table.model._meta.concrete_fields
        }
        assert not table.left_out or table.columns.keys().isdisjoint(table.left_out)
    assert Unit in REFERENCES


def test_a_table_that_is_not_there_is_told_with_those_that_are(db):
    with pytest.raises(NotFound, match="Choose one of: currencies"):
        bring("dreams", "code\nX\n")
    with pytest.raises(NotFound, match="There is no table customers"):
        imports.table_of("customers")


MIXED = "code,name\nFR,France\nTOO LONG,Nowhere\nDE,Deutschland\nNL,Netherlands\n"


def test_only_the_good_rows_come_in_where_that_is_chosen_and_only_once(company):
    looked = imports.preview_file("countries", MIXED.encode(), by=MASTER, clock=CLOCK)
    assert (looked.brought, [(one.row, one.column, one.value) for one in looked.refusals]) == (
        Brought(1, 1, 1),
        [(2, "code", "TOO LONG")],
    )
    assert sorted(Country.objects.values_list("code", flat=True)) == ["DE", "NL"]
    for _ in range(2):
        report = imports.import_good_rows("countries", MIXED.encode(), by=MASTER, clock=CLOCK, key="sent twice")
        assert (report.brought, report.refusals) == (Brought(1, 1, 1), looked.refusals)
    assert dict(Country.objects.values_list("code", "name")) == {
        "DE": "Deutschland",
        "FR": "France",
        "NL": "Netherlands",
    }


def test_a_file_without_its_key_has_no_good_rows(company):
    report = imports.import_good_rows("countries", b"name\nFrance\n", by=MASTER, clock=CLOCK)
    assert (report.brought, [one.column for one in report.refusals]) == (Brought(0, 0, 0), ["code"])


def _closed(first, days):
    lines = (f"WEEK,{first + timedelta(days=n)},no,\n" for n in range(days))
    return "calendar,on,is_open,name\n" + "".join(lines)


def test_a_calendar_that_is_closed_for_more_than_a_year_is_refused_with_the_day(company):
    monday = date(2027, 1, 4)
    found = refused("calendar_days", _closed(monday, 370))
    assert {column for _, column, _ in found} == {"on"}
    assert all("closed for more than 365 days" in str(sentence) for _, _, sentence in found)
    assert bring("calendar_days", _closed(monday, 300)).created == 300
    assert refused("calendar_days", _closed(monday + timedelta(days=300), 70))
    opened = _closed(monday + timedelta(days=300), 70) + f"WEEK,{monday + timedelta(days=200)},yes,\n"
    assert bring("calendar_days", opened).changed == 1

"""A company in which one order has gone all the way to its payment, one is due, one is blocked, and one is a draft."""

from dataclasses import dataclass

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests import company as companies
from tests.shipping.conftest import company, yard
from troth.business.backorders.actions.simulate import simulate
from troth.business.backorders.actions.variants import save_variant
from troth.business.backorders.models import Change, Segment
from troth.business.backorders.rules.selection import Filter
from troth.business.backorders.rules.variants import SegmentDraft, Settings, VariantDraft
from troth.business.billing import actions as billing
from troth.business.masterdata.models import AvailabilityGroup, CheckingScope, PriceCondition
from troth.business.promising import actions as promising
from troth.business.promising.actions import HoldDraft, HoldLineDraft
from troth.business.promising.models import Reaction, Requirement
from troth.business.quotas import actions as quotas
from troth.business.quotas.models import Cell
from troth.business.receivables import actions as receivables
from troth.business.receivables.actions import NewPayment
from troth.business.receivables.models import Clearing
from troth.business.receivables.rules import Clear
from troth.business.sales import actions as sales
from troth.business.sales.models import NewDates
from troth.business.sales.rules.drafts import LineDraft, OrderDraft, QuotationDraft
from troth.business.supply import actions as supply
from troth.business.supply.models import InspectionLot
from troth.ledgers.availability.models import Balance as Series
from troth.ledgers.availability.models import Shortage
from troth.ledgers.stock.models import Balance
from troth.platform import blocking
from troth.platform.models import BlockRow, RoleGrant

__all__ = ["company", "yard"]


@dataclass
class World:
    """Ids of what there is."""

    keys: dict[str, int]

    def url(self, path: str) -> str:
        return path.format(**self.keys)


@pytest.fixture
def sign_in(db):
    """A browser of somebody with these roles everywhere."""

    def by(*roles: str) -> Client:
        user = get_user_model().objects.create_user("-".join(roles)[:150] or "nobody", password="x")
        for role in roles:
            RoleGrant.objects.create(user=user, role=role)
        client = Client()
        client.force_login(user)
        return client

    return by


@pytest.fixture
def world(company, yard):
    acting, paid = yard.acting, yard.order(HELMET=4)
    delivery = yard.deliver(paid)
    shipment = yard.do("create_shipment", site_id=yard.site, planned_on=yard.today, delivery_ids=[delivery.id])
    transfer = yard.transfer(shipment_id=shipment.id)
    yard.do("confirm_all", transfer_order_id=transfer.id)
    yard.do("load_shipment", shipment_id=shipment.id)
    yard.issue(delivery)
    [invoice] = billing.create_invoices(delivery_ids=[delivery.id], **acting).invoices
    payment = receivables.post_payment(
        NewPayment(
            company.company.pk,
            invoice.payer_id,
            invoice.gross,
            "EUR",
            yard.today,
            clears=(Clear(invoice.id, invoice.gross),),
        ),
        **acting,
    )
    _order, unbilled, _transfer = yard.issued(HELMET=1)
    _order, owed, _transfer = yard.issued(HELMET=2)
    billing.create_invoices(delivery_ids=[owed.id], **acting)
    company.customers["BETA"].needs_proof = True
    company.customers["BETA"].save()
    _order, unproven, _transfer = yard.issued(GLOVE=1)
    due, blocked = yard.order(GLOVE=3), yard.order("GAMMA", FRAME=1)
    open_delivery = yard.deliver(yard.order(FRAME=2))
    stopped = blocking.set_block("delivery", open_delivery.id, "quality", "billing", reason="a question", **acting)
    waiting = yard.transfer(open_delivery)
    line = (LineDraft(product="GLOVE", quantity="1"),)
    draft = sales.save_order(OrderDraft(customer="BETA", lines=line), **acting)
    quoted = sales.save_quotation(QuotationDraft(customer="BETA", valid_to_on="2026-04-30", lines=line), **acting)
    sales.send_quotation(quoted.id, **acting)
    receipt = supply.expect_receipt(
        supply.ExpectedReceipt(
            company.company.pk, "purchase", "PO-1", company.products["FRAME"].pk, yard.site, companies.FRIDAY, 5
        ),
        **acting,
    )
    coming = supply.expect_receipt(
        supply.ExpectedReceipt(
            company.company.pk, "purchase", "PO-2", company.products["HELMET"].pk, yard.site, companies.FRIDAY, 9
        ),
        **acting,
    )
    supply.receive_goods(coming, 9, bin_id=company.bins["HAM"].pk, into_inspection=True, **acting)
    planned = supply.expect_receipt(
        supply.ExpectedReceipt(
            company.company.pk, "planned", "PL-1", company.products["FRAME"].pk, yard.site, companies.FRIDAY, 5
        ),
        **acting,
    )
    hold = promising.hold_goods(
        HoldDraft(yard.site, "Messe Hamburg", (HoldLineDraft(company.products["HELMET"].pk, 1, companies.FRIDAY),)),
        **acting,
    )
    party = company.party("BETA").pk
    procedure = quotas.save_procedure(quotas.ProcedureDraft("OILS", "Oils", "country", "litre"), **acting)
    target = quotas.TargetDraft({"country": "DE"}, companies.FRIDAY, 5000)
    quotas.set_targets(procedure.id, [target], **acting)
    reach = quotas.ReachDraft(companies.LONG_AGO, "OIL")
    sequence = quotas.save_sequence(quotas.SequenceDraft("OILS", "Oils", ["OILS"], [reach]), **acting)
    kept = quotas.ProtectionDraft(
        "OIL", "HAM", "customer_group", "dealer", companies.MONDAY, companies.NEXT_MONDAY, 1000
    )
    protection = quotas.save_protection(kept, **acting)
    given_back = Settings(Filter(products=("GLOVE",)), (SegmentDraft("Alles", "lose"),))
    variant = save_variant(VariantDraft(company.company.pk, "Zugabe", given_back), **acting)
    backorder = simulate(variant, **acting)
    short = Shortage.objects.create(
        balance=Series.objects.get(product=company.products["GLOVE"], site_id=yard.site, segment=""), quantity=3,
        on=companies.FRIDAY, cause="receipt PO-1 was changed", source_kind="receipt", source_id=receipt,
        opened_at=acting["clock"].now(), closed_at=acting["clock"].now(),
    )  # fmt: skip
    Reaction.objects.create(
        shortage=short, requirement=Requirement.objects.get(document_id=due.id, document_kind="order"),
        policy="repromise", before=[[3, 20523]], after=[[3, 20530]], at=acting["clock"].now(),
    )  # fmt: skip
    proposed = NewDates.objects.create(
        order_id=due.id, product=company.products["GLOVE"], site_id=yard.site, cause="receipts are overdue", missing=3,
        lines={"10": [[[3, "2026-03-11"]], [[3, "2026-03-24"]]]}, opened_at=acting["clock"].now(),
        reckoned_at=acting["clock"].now(),
    )  # fmt: skip
    return World(
        {
            "order": paid.id, "due": due.id, "blocked": blocked.id, "draft": draft.id, "quotation": quoted.id,
            "delivery": delivery.id, "open_delivery": open_delivery.id, "shipment": shipment.id,
            "transfer": waiting.id, "picked": transfer.id, "invoice": invoice.id, "payment": payment.id,
            "receipt": receipt, "planned": planned, "company": company.company.pk, "party": party,
            "standing": stopped.block_id,
            "clearing": Clearing.objects.get().pk, "block": BlockRow.objects.get(kind="credit").pk,
            "customer": company.customers["BETA"].pk, "product": company.products["FRAME"].pk,
            "price": PriceCondition.objects.earliest("pk").pk, "unbilled": unbilled.id,
            "hold": hold.id, "promise": Requirement.objects.get(document_id=due.id, document_kind="order").pk,
            "scope": CheckingScope.objects.get(code="order").pk, "group": AvailabilityGroup.objects.get().pk,
            "unproven": unproven.id, "new_dates": proposed.pk, "slip": short.pk,
            "quota": procedure.id, "cell": Cell.objects.get().pk, "sequence": sequence.id,
            "protection": protection.id,
            "variant": variant, "segment": Segment.objects.get().pk,
            "backorder": backorder.id, "change": Change.objects.earliest("pk").pk,
            "lot": InspectionLot.objects.get().pk,
            "inspected": Balance.objects.get(stock_type="quality").pk,
            "stock": Balance.objects.filter(owner="", quantity__gt=0).earliest("pk").pk,
        }
    )  # fmt: skip

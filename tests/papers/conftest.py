"""Papers of the small company, read back from their PDF."""

import io

import pytest
from pypdf import PdfReader

from tests.shipping.conftest import company, yard
from troth.business.billing import actions as billing
from troth.platform.models import Printing
from troth.platform.printing import actions, queries
from troth.reference.models import Letterhead, Party

__all__ = ["company", "yard"]

MARK = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#456"/></svg>'


@pytest.fixture
def letterhead(company):
    return Letterhead.objects.create(
        company=company.company,
        legal_name="Fjell Cycles GmbH",
        street="Hafenweg 1",
        postcode="20457",
        city="Hamburg",
        telephone="+49 40 1",
        email="office@fjell.example",
        registration="HRB 4711 Hamburg",
        tax_number="DE123456789",
        bank="Hafenbank",
        bank_account="DE02 1203 0000 0000 2020 51",
        bank_code="BYLADEM1001",
        mark=MARK,
    )


@pytest.fixture
def beta(company):
    """The customer's address, as a letter to it shows it."""
    Party.objects.filter(pk=company.party("BETA").pk).update(
        name="Beta Fietsen", street="Kade 7", postcode="3011", city="Rotterdam", email="inkoop@beta.example"
    )
    return company.party("BETA").pk


@pytest.fixture
def invoice(yard, letterhead, beta):
    """An invoice of two frames and three helmets: 720.00 and 135.00 net, with 21 % tax."""
    _order, delivery, _transfer = yard.issued(FRAME=2, HELMET=3)
    [made] = billing.create_invoices(delivery_ids=[delivery.id], **yard.acting).invoices
    return made


def printed(yard, paper, document_id, reason="", **more):
    """Print a paper and return its row."""
    made = actions.print_paper(paper=paper, document_id=document_id, reason=reason, **{**yard.acting, **more})
    return Printing.objects.get(pk=made.id)


def pdf(row):
    return PdfReader(io.BytesIO(queries.pdf(row)))


def text_of(row):
    """All words of a paper, by single spaces."""
    return plain(" ".join(page.extract_text() for page in pdf(row).pages))


def plain(words):
    return " ".join(words.replace("\u00a0", " ").split())

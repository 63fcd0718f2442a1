"""Papers in the browser and over the API: print, open, again, send."""

import hashlib

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from tests.api.conftest import Caller, caller
from tests.papers.conftest import printed
from troth.platform.mail import send_mails
from troth.platform.models import Event, Mail, Printing, RoleGrant

__all__ = ["caller"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(company) -> Client:
    """A browser of a billing clerk."""
    user = get_user_model().objects.create_user("bill", password="x")
    RoleGrant.objects.create(user=user, role="billing_clerk")
    client = Client()
    client.force_login(user)
    return client


def test_a_paper_is_printed_and_opened_from_the_documents_page(clerk, invoice):
    page = f"/invoices/{invoice.id}/?tab=papers"
    assert "Not printed yet" in clerk.get(page).content.decode()
    assert clerk.post(f"/papers/invoice/{invoice.id}/print/").url == page
    row = Printing.objects.get()
    shown = clerk.get(page).content.decode()
    assert "Up to date" in shown
    assert f"/papers/{row.pk}/send/" in shown
    opened = clerk.get(f"/papers/{row.pk}/")
    assert opened["Content-Type"] == "application/pdf"
    assert opened["Content-Disposition"] == f'inline; filename="Invoice-{invoice.number}.pdf"'
    assert hashlib.sha256(opened.content).hexdigest() == row.pdf_hash
    assert clerk.get(f"/papers/{row.pk}/?download")["Content-Disposition"].startswith("attachment")


def test_printing_again_asks_why(clerk, yard, invoice):
    printed(yard, "invoice", invoice.id)
    again = f"/papers/invoice/{invoice.id}/again/"
    assert "Print again: Invoice" in clerk.get(again).content.decode()
    assert clerk.post(again, {"reason": ""}).status_code == 422
    clerk.post(again, {"reason": "paper jam"})
    assert list(Printing.objects.order_by("version").values_list("version", "reason")) == [(1, ""), (2, "paper jam")]


def test_a_paper_is_sent_by_mail_with_what_the_person_wrote(clerk, yard, invoice):
    row = printed(yard, "invoice", invoice.id)
    asked = clerk.get(f"/papers/{row.pk}/send/").content.decode()
    assert "inkoop@beta.example" in asked
    assert f"attached is our invoice {invoice.number} over 1,034.55 EUR" in asked
    clerk.post(f"/papers/{row.pk}/send/", {"to": "boss@beta.example", "subject": "Your invoice", "body": "See there."})
    assert send_mails(clock=yard.company.clock) == 1
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["boss@beta.example"], "Your invoice", "See there.")
    [(name, content, kind)] = sent.attachments
    assert (name, kind) == (f"Invoice-{invoice.number}.pdf", "application/pdf")
    assert hashlib.sha256(content).hexdigest() == row.pdf_hash
    assert Event.objects.get(kind="platform.paper_sent").facts["to"] == "boss@beta.example"
    assert "Mail sent" in clerk.get(f"/invoices/{invoice.id}/?tab=papers").content.decode()


def test_a_mail_without_an_address_is_refused_beside_its_field(clerk, yard, invoice):
    row = printed(yard, "invoice", invoice.id)
    wrong = {"to": "nobody", "subject": "Your invoice", "body": "See there."}
    assert clerk.post(f"/papers/{row.pk}/send/", wrong).status_code == 422
    assert not Mail.objects.exists()


def test_the_api_prints_lists_fetches_and_sends(caller, invoice):
    clerk: Caller = caller("billing_clerk")
    assert clerk.get(f"documents/invoice/{invoice.id}/papers").json()["items"][0]["versions"] == []
    made = clerk.post(f"papers/invoice/{invoice.id}/print", {}).json()
    assert (made["paper"], made["version"]) == ("invoice", 1)
    file = clerk.get(f"papers/{made['id']}/pdf")
    assert file["Content-Type"] == "application/pdf"
    assert hashlib.sha256(file.content).hexdigest() == made["hash"]
    refused = clerk.post(f"papers/invoice/{invoice.id}/print", {})
    assert (refused.status_code, refused.json()["code"]) == (422, "reprint_without_reason")
    sent = clerk.post(f"papers/{made['id']}/send", {})
    assert (sent.status_code, sent.json()["to"]) == (200, "inkoop@beta.example")
    [paper] = clerk.get(f"documents/invoice/{invoice.id}/papers").json()["items"]
    assert [one["version"] for one in paper["versions"]] == [1]
    assert Mail.objects.get().subject == f"Invoice {invoice.number}"


def test_who_may_not_see_a_document_gets_none_of_its_papers(caller, yard, invoice):
    row = printed(yard, "invoice", invoice.id)
    store = caller("warehouse_clerk")
    assert store.get(f"papers/{row.pk}/pdf").status_code == 403
    assert store.get(f"documents/invoice/{invoice.id}/papers").status_code == 403
    assert store.post(f"papers/invoice/{invoice.id}/print", {}).status_code == 403
    elsewhere = caller("billing_clerk", company_id=yard.company.company.pk + 1)
    assert elsewhere.get(f"papers/{row.pk}/pdf").status_code == 404
    assert elsewhere.post(f"papers/invoice/{invoice.id}/print", {"reason": "x"}).status_code == 404
    assert Printing.objects.count() == 1

"""The demo company's letterhead; the address is the source's, all else is invented."""

from typing import Any

from troth.doors.demo.tables import row, write

MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
    '<circle cx="32" cy="32" r="30" fill="#1f4e79"/>'
    '<path d="M12 44 26 18l9 15 5-8 12 19z" fill="#fff"/></svg>'
)


def write_letterhead(company: Any) -> None:
    write(
        [
            row(
                "reference.Letterhead",
                company=company,
                legal_name="Adventure Works Cycles, Inc.",
                tagline="Bicycles, components, clothing",
                street="1970 Napa Court",
                postcode="98011",
                city="Bothell",
                region="WA",
                telephone="+1 425 555 0100",
                email="orders@adventure-works.example",
                website="adventure-works.example",
                registration="Washington UBI 602 555 010",
                tax_number="EIN 91-5550100",
                bank="First Bank of Bothell",
                bank_account="Account 000 123 456 789",
                bank_code="Routing 125 000 024",
                mark=MARK,
            )
        ]
    )

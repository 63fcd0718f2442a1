"""What letters take from the reference tables: the company's letterhead, and addresses as the post wants them.

The line with the town follows the receiver's country; the country's name is the last line, in the reader's language,
where a letter leaves the sender's country.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.platform.printing.contents import Sender
from troth.platform.printing.wording import Speaker
from troth.reference.models import Company, Letterhead, Party

POSTCODE_LAST = frozenset({"US", "CA", "AU", "GB", "IE", "NZ", "IN"})
"""Where the postcode follows the town; elsewhere it stands before it."""
LETTER_SIZE = frozenset({"US", "CA", "MX"})


@dataclass(frozen=True, slots=True)
class Address:
    """A party as a letter addresses it."""

    number: str
    name: str
    street: str
    postcode: str
    city: str
    region: str
    country: str
    email: str
    language: str

    def lines(self, home: str, speak: Speaker) -> tuple[str, ...]:
        """The lines of the address, seen from the country `home`."""
        town = town_line(self.postcode, self.city, self.region, self.country)
        abroad = speak.country(self.country) if self.country != home else ""
        return tuple(line for line in (self.name, *self.street.split("\n"), town, abroad) if line)

    def line(self, home: str, speak: Speaker) -> str:
        """The same in one line."""
        return ", ".join(self.lines(home, speak))


def town_line(postcode: str, city: str, region: str, country: str) -> str:
    if country in POSTCODE_LAST:
        return ", ".join(part for part in (city, f"{region} {postcode}".strip()) if part)
    return f"{postcode} {city}".strip()


def addresses(party_ids: Iterable[int]) -> dict[int, Address]:
    """The addresses of parties, by id."""
    rows = Party.objects.filter(pk__in=set(party_ids)).values_list(
        "pk", "number", "name", "street", "postcode", "city", "region", "country_id", "email", "language"
    )
    return {row[0]: Address(*row[1:]) for row in rows}


def paper_size(country: str) -> str:
    """The size of paper that lies in the reader's printer."""
    return "us-letter" if country in LETTER_SIZE else "a4"


def home_of(company_id: int) -> str:
    """The country of a company."""
    return Company.objects.values_list("country_id", flat=True).get(pk=company_id)


def sender(company_id: int, speak: Speaker) -> Sender:
    """The letterhead of a company; its name alone where nobody has kept one."""
    company = Company.objects.get(pk=company_id)
    head = Letterhead.objects.filter(company_id=company_id, is_active=True).first()
    if head is None:
        return Sender(company.name, company.name)
    town = town_line(head.postcode, head.city, head.region, company.country_id)
    place = (head.street, town, speak.country(company.country_id))
    reach = (speak("telephone", number=head.telephone) if head.telephone else "", head.email, head.website)
    bank = (head.bank, head.bank_account, head.bank_code)
    columns = ((head.legal_name or company.name, *place), reach, bank, (head.registration, head.tax_number))
    return Sender(
        name=company.name,
        tagline=head.tagline,
        return_line=_joined(" · ", (company.name, head.street, town)),
        lines=tuple(line for line in (_joined(", ", place), _joined(" · ", (head.telephone, head.email))) if line),
        foot=tuple(found for column in columns if (found := tuple(line for line in column if line))),
        mark=head.mark,
        accent=head.accent,
    )


def _joined(sign: str, parts: Iterable[str]) -> str:
    return sign.join(part for part in parts if part)

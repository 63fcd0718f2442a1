"""By what a demand is told apart in quotas that comes from no order: a hold, or a check."""

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import CustomerTerms
from troth.business.quotas.rules import Traits
from troth.kernel.errors import NotFound, Sentence
from troth.reference.queries import ProductRow


def customer_named(number: str, company_id: int) -> CustomerTerms:
    """The customer of a site's company, active or not; `NotFound` at the field."""
    customer = masterdata.customer_terms_by_number(number, company_id=company_id)
    if customer is None:
        raise no_customer(number)
    return customer


def no_customer(number: str) -> NotFound:
    said = Sentence("There is no customer %(customer)s of this site's company. Choose one from the list.")
    return NotFound(said, field="customer", customer=number)


def of_product(product: ProductRow, edition: int) -> Traits:
    """A product for nobody in particular."""
    return Traits(product=product.number, product_group=product.category, edition=edition)


def for_customer(traits: Traits, customer: CustomerTerms) -> Traits:
    """The same for a customer, shipped to its usual address."""
    organisations = masterdata.snapshot(traits.edition).sales_organisations
    return traits._replace(
        customer=customer.number,
        customer_group=customer.group,
        country=customer.ship_to_country,
        region=customer.ship_to_region,
        channel=organisations.get(customer.sales_organisation_id, ""),
    )

"""By what a demand is told apart in quotas that comes from no order: a hold, or a check."""

from troth.business.masterdata import queries as masterdata
from troth.business.masterdata.queries import CustomerTerms
from troth.business.quotas.rules import Traits
from troth.reference.queries import ProductRow


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

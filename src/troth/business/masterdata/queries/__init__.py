"""What documents read of master data: frozen rows, a constant number of statements however many lines there are.

| module | answers | statements |
| --- | --- | --- |
| `terms` | how a company sells to a customer; what a product is for that customer | one each |
| `snapshot` | order types, item categories, routes, calendars, in memory | none, or one for the edition token |
| `kept` | tax rates, accounts, payment terms, from the snapshot | none, or one for the edition token |
| `batches` | batches and how long they last | one |
| `conditions` | prices, discounts, freight | one each |
| `offering` | what may not be ordered, what is sold instead, what is free | one each, none where nothing is kept |
| `replenishment` | how long replenishing takes by product and site; asked only where sites have figures | one |
| `packing` | in which packages products go to a customer; asked only where any are kept | one |
| `packaging` | what goods are packed in | one |
| `texts` | what documents begin with in words, and which later document takes it over | one, or none without kinds |
| `valuation` | what goods are worth at standard cost, by account | one |
| `valuation_types` | the types of products that are valuated separately; in the snapshot too | one |
| `rules` | which alternatives rules of availability name, from the snapshot | none |
| `credit_checks` | which rule of credit holds for a check, from the snapshot | none |
| `search` | customers and products by words, page by page | one each |
"""

from troth.business.masterdata.queries.batches import BatchRow, batches, lots
from troth.business.masterdata.queries.conditions import (
    AccountTable,
    Condition,
    Fit,
    Tax,
    conditions,
    conditions_of,
)
from troth.business.masterdata.queries.credit_checks import CreditCheckTerms, credit_check
from troth.business.masterdata.queries.kept import account, account_table, payment_terms, tax_rates
from troth.business.masterdata.queries.offering import (
    Buyer,
    FreeGoodsTerms,
    NotOffered,
    SubstitutionTerms,
    free_goods,
    not_offered,
    substitutions,
)
from troth.business.masterdata.queries.packaging import PackagingTerms, packagings
from troth.business.masterdata.queries.packing import packages_of, packings
from troth.business.masterdata.queries.replenishment import LeadTimes
from troth.business.masterdata.queries.rules import Item, Named, Occasion, Ruled, RuleTerms, obstacle, ruled
from troth.business.masterdata.queries.search import customers_named, find_customers, find_products
from troth.business.masterdata.queries.snapshot import (
    ItemCategoryTerms,
    KeptScope,
    OrderTypeTerms,
    Snapshot,
    Transport,
    calendar,
    checking_scope,
    checking_scopes,
    item_categories,
    order_type,
    scope_id,
    snapshot,
    transport,
)
from troth.business.masterdata.queries.terms import (
    Conversion,
    CustomerTerms,
    PaymentTermsRow,
    ProductTerms,
    customer_groups,
    customer_terms,
    customer_terms_by_number,
    customers_by_number,
    lives_for,
    product_terms,
    product_terms_by_number,
    product_terms_of,
)
from troth.business.masterdata.queries.texts import (
    StandardTexts,
    TextKindTerms,
    gathered,
    passed_on,
    standard_texts,
)
from troth.business.masterdata.queries.valuation import Valuation, at_standard_cost
from troth.business.masterdata.queries.valuation_types import (
    ValuationTypes,
    valuation_fault,
    valuation_or_default,
    valuation_types,
)

__all__ = [
    "AccountTable",
    "BatchRow",
    "Buyer",
    "Condition",
    "Conversion",
    "CreditCheckTerms",
    "CustomerTerms",
    "Fit",
    "FreeGoodsTerms",
    "Item",
    "ItemCategoryTerms",
    "KeptScope",
    "LeadTimes",
    "Named",
    "NotOffered",
    "Occasion",
    "OrderTypeTerms",
    "PackagingTerms",
    "PaymentTermsRow",
    "ProductTerms",
    "RuleTerms",
    "Ruled",
    "Snapshot",
    "StandardTexts",
    "SubstitutionTerms",
    "Tax",
    "TextKindTerms",
    "Transport",
    "Valuation",
    "ValuationTypes",
    "account",
    "account_table",
    "at_standard_cost",
    "batches",
    "calendar",
    "checking_scope",
    "checking_scopes",
    "conditions",
    "conditions_of",
    "credit_check",
    "customer_groups",
    "customer_terms",
    "customer_terms_by_number",
    "customers_by_number",
    "customers_named",
    "find_customers",
    "find_products",
    "free_goods",
    "gathered",
    "item_categories",
    "lives_for",
    "lots",
    "not_offered",
    "obstacle",
    "order_type",
    "packages_of",
    "packagings",
    "packings",
    "passed_on",
    "payment_terms",
    "product_terms",
    "product_terms_by_number",
    "product_terms_of",
    "ruled",
    "scope_id",
    "snapshot",
    "standard_texts",
    "substitutions",
    "tax_rates",
    "transport",
    "valuation_fault",
    "valuation_or_default",
    "valuation_types",
]

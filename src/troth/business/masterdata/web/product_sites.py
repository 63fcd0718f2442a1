"""Products by site: where each is kept, its safety stock, and how long it takes to replenish it there."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from troth.business.masterdata import actions, forms
from troth.business.masterdata.queries import product_site_lists as lists
from troth.business.masterdata.tables import TABLES
from troth.business.masterdata.web.verbs import as_typed, import_step, verbs
from troth.platform.actors import Actor
from troth.platform.web.columns import Column, Filter
from troth.platform.web.master import MasterScreens, Record, Words

TABLE = "product_sites"


def _load(actor: Actor, key: int) -> Record:
    found = lists.one_product_site(key, actor)
    values = {name: as_typed(value) for name, value in TABLES[TABLE].written(found).items()}
    title = f"{found.product.number}: {found.site.code}"
    return Record(title=title, values={**values, "version": found.version}, active=found.is_active)


product_sites = MasterScreens(
    key="product-sites",
    namespace="masterdata",
    words=Words(
        _("product by site"),
        _("Products by site"),
        _("New product by site"),
        _("What a site keeps of a product, and how long it takes there to replenish it."),
    ),
    columns=(
        Column("product", _("Product")),
        Column("name", _("Name"), wide=True),
        Column("site", _("Site")),
        Column("fixed_bin", _("Fixed bin"), offered=True),
        Column("safety_stock", _("Safety stock"), align="right"),
        Column("lead_days", _("Lead time in all"), align="right"),
        Column("processing_days", _("Processing"), align="right"),
        Column("delivery_days", _("Delivery"), align="right"),
        Column("receipt_days", _("Goods receipt"), align="right"),
        Column("production_days", _("Production"), align="right"),
        Column("status", _("Status"), "status", offered=True),
    ),
    filters=(
        Filter("product", _("Product"), "text"),
        Filter("site", _("Site"), "text"),
        Filter("lead", _("With a lead time"), "flag"),
        Filter("inactive", _("With inactive"), "flag"),
    ),
    source=lists.product_sites,
    import_step=import_step(TABLE),
    row_key=lambda row: row.id,
    form=forms.ProductSiteForm,
    load=_load,
    view_permission="masterdata.view_product",
    edit_permission="masterdata.maintain_customizing",
    **verbs(partial(actions.maintain_customizing, TABLE), "record_id"),
)

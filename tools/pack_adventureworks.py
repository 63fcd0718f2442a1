"""Make the facts that the demo company ships from the raw AdventureWorks files.

    python tools/pack_adventureworks.py ../shared/data/adventureworks src/troth/demo/adventureworks

Needs pyarrow.  Run twice, it writes the same bytes: the order of rows is fixed, and the compressed files carry neither
time nor name.
"""

import csv
import gzip
import io
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from adventureworks import history, masters, movements
from adventureworks.source import Facts, Source

README = Path(__file__).parent / "adventureworks" / "README.template.md"
FACT_FILES: dict[str, Callable[[Source], Facts]] = {
    "units": lambda s: masters.renamed(s, "UnitMeasure", {"UnitMeasureCode": "unit", "Name": "name"}),
    "product_categories": lambda s: masters.renamed(
        s, "ProductCategory", {"ProductCategoryID": "category_key", "Name": "name"}
    ),
    "product_subcategories": lambda s: masters.renamed(
        s,
        "ProductSubcategory",
        {"ProductSubcategoryID": "subcategory_key", "ProductCategoryID": "category_key", "Name": "name"},
    ),
    "product_models": lambda s: masters.renamed(s, "ProductModel", {"Name": "name"}),
    "products": masters.products,
    "product_cost_history": lambda s: masters.history(s, "ProductCostHistory", "StandardCost", "standard_cost"),
    "list_price_history": lambda s: masters.history(s, "ProductListPriceHistory", "ListPrice", "list_price"),
    "bills_of_materials": masters.bills_of_materials,
    "locations": masters.locations,
    "product_routings": masters.product_routings,
    "vendors": masters.vendors,
    "product_vendors": masters.product_vendors,
    "purchase_receipts": movements.purchase_receipts,
    "production_receipts": movements.production_receipts,
    "stores": masters.stores,
    "store_shipping_addresses": masters.store_shipping_addresses,
    "countries": masters.countries,
    "states": masters.states,
    "tax_rates": masters.tax_rates,
    "currencies": lambda s: masters.renamed(s, "Currency", {"CurrencyCode": "currency_code", "Name": "name"}),
    "currency_rates": masters.currency_rates,
    "special_offers": masters.special_offers,
    "special_offer_products": masters.special_offer_products,
    "ship_methods": masters.ship_methods,
    "sales_territories": lambda s: masters.renamed(
        s,
        "SalesTerritory",
        {"TerritoryID": "territory_key", "Name": "name", "CountryRegionCode": "country_code", "Group": "region"},
    ),
    "sales_people": masters.sales_people,
}


def csv_bytes(facts: Facts) -> bytes:
    """Return rows as UTF-8 CSV with a header line and LF ends."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(facts[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(facts)
    return text.getvalue().encode()


def compressed(content: bytes) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(content)
    return packed.getvalue()


def all_facts(source: Source) -> dict[str, Facts]:
    facts = {name: read(source) for name, read in FACT_FILES.items()}
    bought = history.internet_lines(source, source.folder / "sales" / "InternetSales.parquet")
    lines = history.folded(bought, [str(store["store_key"]) for store in facts["stores"]])
    receipts = history.dated_receipts(facts["purchase_receipts"], facts["production_receipts"])
    scarce = history.scarce_products(source, lines, receipts)
    facts["order_history"] = [
        {
            "order_key": line.order_key,
            "store_key": line.store_key,
            "day_offset": line.day_offset,
            "product_number": line.product_number,
            "quantity": line.quantity,
        }
        for line in lines
    ]
    facts["scarce_products"] = scarce
    facts["stock"] = movements.stock(
        source, {str(row["product_number"]): int(row["scaled_quantity"]) for row in scarce}
    )
    return facts


def counts(facts: dict[str, Facts], source: Source) -> dict[str, int | str]:
    """Return the figures that the README states, simulated on the facts as shipped."""
    lines = [
        history.Line(
            int(row["day_offset"]),
            str(row["store_key"]),
            str(row["order_key"]),
            str(row["product_number"]),
            int(row["quantity"]),
        )
        for row in facts["order_history"]
    ]
    receipts = history.dated_receipts(facts["purchase_receipts"], facts["production_receipts"])
    scaled: Counter[str] = Counter()
    for row in facts["stock"]:
        scaled[str(row["product_number"])] += int(row["quantity"])
    orders = list(dict.fromkeys(line.order_key for line in lines))
    short = short_in(lines, scaled, receipts)
    short_as_counted = short_in(lines, history.counted_stock(source), receipts)
    first = set(orders[:400])
    first_lines = sum(line.order_key in first for line in lines)
    return {
        "orders": len(orders),
        "lines": len(lines),
        "mean_lines": f"{len(lines) / len(orders):.2f}",
        "pieces": sum(line.quantity for line in lines),
        "short_lines": len(short),
        "short_percent": f"{100 * len(short) / len(lines):.1f}",
        "first_short_percent": f"{100 * sum(line.order_key in first for line in short) / first_lines:.1f}",
        "counted_short_percent": f"{100 * len(short_as_counted) / len(lines):.1f}",
        **{f"{name}_rows": len(rows) for name, rows in facts.items()},
    }


def short_in(lines: list[history.Line], stock: Counter[str], receipts: history.Receipts) -> list[history.Line]:
    return [
        line
        for product, own in history.by_product(lines).items()
        for line in history.short_lines(own, stock[product], receipts[product])
    ]


def pack(raw: Path, target: Path) -> dict[str, int | str]:
    source = Source(raw)
    facts = all_facts(source)
    target.mkdir(parents=True, exist_ok=True)
    for name, rows in facts.items():
        if name == "scarce_products":
            (target / f"{name}.csv").write_bytes(csv_bytes(rows))
        else:
            (target / f"{name}.csv.gz").write_bytes(compressed(csv_bytes(rows)))
    for licence in ("LICENSE_microsoft.txt", "LICENSE_packt.txt"):
        (target / licence).write_bytes((raw / licence).read_bytes())
    found = counts(facts, source)
    (target / "README.md").write_text(README.read_text(encoding="utf-8").format(**found), encoding="utf-8")
    return found


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Name the folder of raw files and the folder to write to.")
    for figure, value in pack(Path(sys.argv[1]), Path(sys.argv[2])).items():
        print(f"{figure:36} {value}")

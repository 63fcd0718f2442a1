"""Package sizes as a file, and what is refused of them."""

import re
from collections.abc import Mapping
from typing import Any

from troth.business.masterdata import models
from troth.business.masterdata.tables.table import Table
from troth.kernel.errors import InvalidInput, Sentence
from troth.kernel.quantity import Conversion, Unit, checked, format_quantity, parse_quantity
from troth.reference import models as reference

SIZES_MAX = 10
LARGEST = 10_000_000_000
_ONE = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,6})?)\s*(\S.{0,19})?")


def read_sizes(text: str, values: Mapping[str, Any]) -> str:
    """The sizes as they are kept, in smallest units: `6, 2 BOX` is `6, 8` where four are in a box."""
    parts = [one.strip() for one in text.split(",")]
    matched = [_ONE.fullmatch(one) for one in parts]
    if len(parts) > SIZES_MAX or not all(matched):
        raise InvalidInput(
            Sentence("Enter one to ten sizes as whole numbers with commas between, such as 6, 12, 18, or 6, 2 BOX.")
        )
    product, known = None, values.get("product")
    if any(one and one[2] for one in matched):
        if known is None:  # the product itself is refused
            return text
        product = reference.Product.objects.select_related("base_unit").get(pk=known)
    sizes = [_size(one[1], one[2] or "", product) for one in matched if one]
    for size in sizes:
        if sizes.count(size) > 1:
            raise InvalidInput(Sentence("The size %(size)s stands there twice. Name each once.", size=size))
    return ", ".join(map(str, sizes))


def _size(figure: str, code: str, product: reference.Product | None) -> int:
    if product is None or not code:
        if "." in figure:
            raise InvalidInput(
                Sentence(
                    "%(size)s is not a whole number of smallest units. Write the unit behind it, or a whole number.",
                    size=figure,
                )
            )
        size = int(figure)
    else:
        size = _of_unit(figure, code, product)
    if size <= 0 or size > LARGEST:
        raise InvalidInput(Sentence("A package must hold something. Give at least one size, each above zero."))
    return size


def _of_unit(figure: str, code: str, product: reference.Product) -> int:
    base = Unit(product.base_unit_id, product.base_unit.decimals)
    if code == base.code:
        return parse_quantity(figure, base)
    found = reference.ProductUnit.objects.filter(product=product, unit_id=code).select_related("unit").first()
    if found is None:
        known = [base.code, *reference.ProductUnit.objects.filter(product=product).values_list("unit_id", flat=True)]
        said = Sentence(
            "%(product)s has no conversion from %(unit)s. Use one of %(known)s, or add the unit to the product.",
            product=product.number,
            unit=code,
            known=", ".join(known),
        )
        raise InvalidInput(said)
    unit = Unit(code, found.unit.decimals)
    conversion = Conversion(found.numerator, found.denominator)
    return checked(conversion.to_base(parse_quantity(figure, unit), unit=unit, base=base))


def _fits_lots(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Packages and the multiples that the product is ordered in: one has to be a multiple of the other."""
    product = reference.Product.objects.select_related("base_unit").get(pk=values["product"])
    agreed = models.CustomerProduct.objects.filter(
        customer_id=values["customer"], product=product, is_active=True, multiple_quantity__gt=0
    )
    multiple = agreed.values_list("multiple_quantity", flat=True).first() or product.multiple_quantity
    if not values["is_active"] or not multiple:
        return None
    for size in map(int, values["sizes"].split(",")):
        if size % multiple and multiple % size:
            amounts = [
                format_quantity(one, product.base_unit.decimals, product.base_unit_id) for one in (size, multiple)
            ]
            return "sizes", Sentence(
                "A package of %(size)s does not fit orders in multiples of %(multiple)s. Choose a size that is a "
                "multiple of it or goes into it.",
                size=amounts[0],
                multiple=amounts[1],
            )
    return None


PACKING: Mapping[str, Table] = {
    table.code: table
    for table in (
        Table(
            code="package_sizes",
            title="package_sizes",
            model=models.PackageSizes,
            key=("product", "customer"),
            typed={"sizes": read_sizes},
            check=_fits_lots,
            company="customer__company_id",
        ),
    )
}

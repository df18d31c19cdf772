"""A product's facts beside its pictures: what it is called, costs, and whether it can be bought."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from producer_examples.python.importing.field_names import Found, by_names, folded
from producer_examples.python.importing.flags import flag
from producer_examples.python.importing.numbers_in_text import number
from producer_examples.python.importing.plain_values import is_reference
from producer_examples.python.importing.removal import removed_by

Document = Mapping[str, Any]

ID: Final = ("id", "productid", "handle", "sku", "asin")
NAME: Final = ("name", "title", "productname", "producttitle", "displayname")
CATEGORY: Final = (
    "category",
    "categoryname",
    "productcategory",
    "producttype",
    "categories",
    "subcategory",
    "type",
)
BRAND: Final = ("brand", "brandname", "vendor", "manufacturer", "designer")
PRICE: Final = (
    "price",
    "saleprice",
    "sellingprice",
    "currentprice",
    "finalprice",
    "discountedprice",
    "discountprice",
    "offerprice",
    "regularprice",
    "baseprice",
    "mrp",
    "pricing",
)
CURRENCY: Final = ("currency", "currencycode", "pricecurrency")
URL: Final = ("url", "producturl", "permalink", "link", "canonicalurl")
IN_STOCK: Final = (
    "instock",
    "isinstock",
    "available",
    "isavailable",
    "availability",
    "stockstatus",
    "availableforsale",
)
QUANTITY: Final = (
    "stock",
    "countinstock",
    "quantity",
    "qty",
    "stockquantity",
    "stockcount",
    "quantityinstock",
    "availablequantity",
    "totalstock",
    "inventory",
    "inventoryquantity",
    "variantinventoryqty",
)
VERSION: Final = ("version",)
VARIANTS: Final = (
    "variants",
    "variations",
    "productvariants",
    "colors",
    "colours",
    "colorvariants",
    "skus",
    "sizes",
)

_LABEL: Final = ("name", "title", "label", "displayname", "value")
_AMOUNT: Final = (
    "amount",
    "value",
    "current",
    "sale",
    "selling",
    "final",
    "price",
    "now",
    "regular",
    "base",
    "min",
)
_QUANTITY_PARTS: Final = (*QUANTITY, "available", "count", "value")
_SOLD_OUT: Final = frozenset(
    {"outofstock", "soldout", "unavailable", "backorder", "onbackorder", "discontinued"}
)
_FOR_SALE: Final = frozenset(
    {"instock", "available", "limitedavailability", "lowstock", "instoreonly", "onlineonly"}
)


def label(value: Any) -> str | None:
    """Return the text that people know a thing by: its own, or a nested object's name; of a list the first.

    Ids that point elsewhere are nobody's name.
    """
    if isinstance(value, list):
        return next((found for found in map(label, value) if found), None)
    if isinstance(value, Mapping):
        return next((text for found in by_names(value, _LABEL) if (text := label(found.value))), None)
    if isinstance(value, bool) or is_reference(value):
        return None
    if isinstance(value, str):
        return str(value).strip() or None
    return str(value) if isinstance(value, int | float) else None


def price(value: Any) -> float | None:
    """Return an amount: a number, the text of one, or that of an object (`{"amount": …}`). Never negative."""
    if isinstance(value, Mapping):
        return next((p for found in by_names(value, _AMOUNT) if (p := price(found.value)) is not None), None)
    if isinstance(value, list):
        return min((p for item in value if (p := price(item)) is not None), default=None)
    found = number(value)
    return None if found is None or found < 0 else found


def stated_stock(value: Any) -> bool | None:
    """Return what a field like `availability` says."""
    said = flag(value)
    if said is not None:
        return said
    if isinstance(value, str):
        word = folded(value.rsplit("/", 1)[-1])
        return False if word in _SOLD_OUT else True if word in _FOR_SALE else None
    return counted_stock(value)


def counted_stock(value: Any) -> bool | None:
    """Return whether a quantity, or any of an object or a list (`{"S": 0, "M": 3}`), is above zero."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list | Mapping):
        counts = list(_counts(value))
        return any(counts) if counts else None
    if isinstance(value, str) and folded(value) in _SOLD_OUT | _FOR_SALE:
        return folded(value) in _FOR_SALE
    found = number(value)
    return None if found is None else found > 0


def variants_of(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield the objects in the lists that hold a product's variants, each with its list's name.

    Those that the shop has removed are left out.
    """
    for found in by_names(document, VARIANTS):
        if isinstance(found.value, list):
            for item in found.value:
                if isinstance(item, Mapping) and removed_by(item) is None:
                    yield found.path, item


def find_price(document: Document) -> Found | None:
    """Return the product's price, else the lowest of its variants'."""
    for found in by_names(document, PRICE):
        if (amount := price(found.value)) is not None:
            return Found(found.path, amount)
    offers = [
        Found(f"{name}[].{found.path}", amount)
        for name, variant in variants_of(document)
        for found in by_names(variant, PRICE)
        if (amount := price(found.value)) is not None
    ]
    return min(offers, key=lambda offer: float(offer.value), default=None)


def find_currency(document: Document) -> Found | None:
    """Return the currency of the product, or that of the object that holds its price."""
    for found in by_names(document, CURRENCY):
        if (text := label(found.value)) is not None:
            return Found(found.path, text)
    for held in by_names(document, PRICE):
        if isinstance(held.value, Mapping) and (inner := find_currency(held.value)) is not None:
            return Found(f"{held.path}.{inner.path}", inner.value)
    return None


def find_stock(document: Document) -> Found | None:
    """Return whether the product, or any of its variants, can be bought.

    What a shop says in words counts before what it counts: `inStock: false` is no mistake.
    """
    for names, read in ((IN_STOCK, stated_stock), (QUANTITY, counted_stock)):
        for found in by_names(document, names):
            if (stock := read(found.value)) is not None:
                return Found(found.path, stock)
    for found in by_names(document, ("status",)):
        if isinstance(found.value, str) and folded(found.value) in _SOLD_OUT:
            return Found(found.path, False)
    counted = [
        Found(f"{name}[].{stock_of_variant.path}", stock_of_variant.value)
        for name, variant in variants_of(document)
        if (stock_of_variant := find_stock(variant)) is not None
    ]
    return next((found for found in counted if found.value), counted[0] if counted else None)


def _counts(value: Any) -> Iterator[bool]:
    if isinstance(value, list):
        for item in value:
            yield from _counts(item)
    elif isinstance(value, Mapping):
        named = list(by_names(value, _QUANTITY_PARTS))
        # An object without such a name is one of sizes: each of its values is a quantity.
        for item in [found.value for found in named] if named else value.values():
            yield from _counts(item)
    elif (counted := counted_stock(value)) is not None:
        yield counted

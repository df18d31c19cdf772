"""Rows of a spreadsheet: each a product, or several that make one as Shopify exports them."""

import csv
import sys
from collections.abc import Iterator, Sequence
from os import SEEK_END
from pathlib import Path
from typing import Any, Final

from producer_examples.python.importing.field_names import folded
from producer_examples.python.importing.numbers_in_text import number
from producer_examples.python.importing.plain_values import from_cell
from producer_examples.python.importing.source import BadDocument, SourceError

Row = dict[str, str]
_DELIMITERS: Final = ",;\t|"
_HANDLE: Final = ("handle", "urlhandle")
_IMAGE: Final = ("imagesrc", "productimageurl")
_POSITION: Final = ("imageposition",)
_VARIANT_IMAGE: Final = ("variantimage", "variantimageurl")
_PRICE: Final = ("variantprice", "price")
_QUANTITY: Final = ("variantinventoryqty", "inventoryquantity")
_POLICY: Final = ("variantinventorypolicy", "continuesellingwhenoutofstock")
_TAXONOMY: Final = ("productcategory", "standardproducttype")
_PUBLISHED: Final = ("published", "publishedononlinestore")


def read_csv(path: Path) -> Iterator[tuple[str, dict[str, Any]] | BadDocument]:
    """Yield each row as a document; headings with dots (`brand.name`, `images.0.url`) make nested ones."""
    for place, row in _rows(path):
        if isinstance(row, str):
            yield BadDocument(place, row)
        else:
            yield place, _nested({heading: from_cell(cell) for heading, cell in row.items()})


def read_shopify_csv(path: Path) -> Iterator[tuple[str, dict[str, Any]] | BadDocument]:
    """Yield a document for each handle: its rows are its variants and pictures, in either of both layouts."""
    products: dict[str, list[Row]] = {}
    places: dict[str, str] = {}
    for place, row in _rows(path):
        if isinstance(row, str):
            yield BadDocument(place, row)
            continue
        handle = _cell(row, _HANDLE)
        if not handle:
            yield BadDocument(place, "a row without a handle")
            continue
        products.setdefault(handle, []).append(row)
        places.setdefault(handle, place)
    for handle, rows in products.items():
        yield places[handle], _shopify_product(handle, rows)


def is_shopify(path: Path) -> bool:
    """Say whether the headings are those of Shopify's product export. Raises SourceError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            headings = {
                folded(heading) for heading in next(csv.reader(lines, delimiter=_delimiter(lines)), [])
            }
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error
    except (OSError, csv.Error) as error:
        raise SourceError(f"{path}: {error}") from error
    return bool(headings & set(_HANDLE)) and bool(headings & set(_IMAGE))


def _rows(path: Path) -> Iterator[tuple[str, Row | str]]:
    """Yield each row that is not blank with its line, or why it is none. Raises SourceError."""
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, delimiter=_delimiter(lines), strict=True)
        try:
            headings = [heading.strip() for heading in next(rows, [])]
            if not any(headings):
                raise SourceError(f"{path} has no headings in its first line")
            repeated = {heading for heading in headings if heading and headings.count(heading) > 1}
            if repeated:
                raise SourceError(f"{path} has the heading {min(repeated)!r} twice")
            for line, cells, last in _in_turn(rows):
                if not any(cell.strip() for cell in cells):
                    continue
                place = f"line {line}"
                if last and len(cells) < len(headings) and not _ends_a_line(path):
                    yield place, f"the file breaks off here, in cell {len(cells)} of {len(headings)}"
                elif any(cell.strip() for cell in cells[len(headings) :]):
                    yield place, f"{len(cells)} cells under {len(headings)} headings"
                else:
                    yield place, {h: c for h, c in zip(headings, cells, strict=False) if h}
        except csv.Error as error:
            raise SourceError(f"{path}, line {rows.line_num}: {error}") from error


def _in_turn(rows: Any) -> Iterator[tuple[int, list[str], bool]]:
    """Each row's last line, its cells, and whether it is the last one."""
    held: tuple[int, list[str]] | None = None
    for cells in rows:
        if held is not None:
            yield (*held, False)
        held = rows.line_num, cells
    if held is not None:
        yield (*held, True)


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as content:
        content.seek(-1, SEEK_END)
        return content.read(1) in b"\r\n"


def _delimiter(lines: Any) -> str:
    first = lines.readline()
    lines.seek(0)
    return max(_DELIMITERS, key=first.count)


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for heading, value in row.items():
        *parents, last = heading.split(".") if all(heading.split(".")) else [heading]
        if parents and value is None:
            continue
        inner = document
        for parent in parents:
            held = inner.setdefault(parent, {})
            if not isinstance(held, dict):
                break
            inner = held
        else:
            if value is not None or last not in inner:
                inner[last] = value
    return document


def _cell(row: Row, names: Sequence[str]) -> str:
    by_name = {folded(heading): cell.strip() for heading, cell in row.items() if cell.strip()}
    return next((by_name[name] for name in names if name in by_name), "")


def _shopify_product(handle: str, rows: Sequence[Row]) -> dict[str, Any]:
    product: dict[str, Any] = {}
    for row in rows:
        for heading, cell in row.items():
            if product.get(heading) is None:
                product[heading] = from_cell(cell)
    # What stands under these headings is said of one variant or picture alone; below it is put together.
    own = {
        *_HANDLE,
        *_IMAGE,
        *_POSITION,
        *_VARIANT_IMAGE,
        *_PRICE,
        *_QUANTITY,
        *_POLICY,
        *_TAXONOMY,
        *_PUBLISHED,
    }
    rest = {heading: value for heading, value in product.items() if folded(heading) not in own}
    pictures = sorted(
        (number(_cell(row, _POSITION)) or float("inf"), place, _cell(row, _IMAGE))
        for place, row in enumerate(rows)
        if _cell(row, _IMAGE)
    )
    category = product.get("Type") or (_cell(rows[0], _TAXONOMY).split(">")[-1].strip() or None)
    prices = [price for row in rows if (price := number(_cell(row, _PRICE))) is not None]
    return {
        **rest,
        "handle": handle,
        "category": category,
        "price": min(prices, default=None),
        "in_stock": _in_stock(rows),
        "published": from_cell(_cell(rows[0], _PUBLISHED)),
        "images": [url for _, _, url in pictures]
        + [url for row in rows if (url := _cell(row, _VARIANT_IMAGE))],
    }


def _in_stock(rows: Sequence[Row]) -> bool | None:
    """Whether a variant is there or may be oversold; None where the export does not tell quantities."""
    quantities = [number(_cell(row, _QUANTITY)) for row in rows]
    if any(_cell(row, _POLICY).lower() in {"continue", "true"} for row in rows):
        return True
    known = [quantity for quantity in quantities if quantity is not None]
    return any(quantity > 0 for quantity in known) if known else None

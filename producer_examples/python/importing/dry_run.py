"""Shows what an import would send, and what it could not read, without a broker."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from producer_examples.python.event_lines import LineEvent
from producer_examples.python.importing.mapping_rules import FIELDS
from producer_examples.python.importing.product_event import EventOptions, Stated, event_of
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.printable import printable
from product_events import EventError, OrderKind

_ROWS: Final = 20
_WIDTH_OF_A_PIPE: Final = 160


@dataclass(slots=True)
class Preview:
    """What would be sent. found: how many products have a field; places: where it stood how often."""

    states: int = 0
    deletes: int = 0
    rows: list[tuple[Stated, LineEvent]] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    places: dict[str, Counter[str]] = field(default_factory=dict)
    removed_by: Counter[str] = field(default_factory=Counter)


def preview(products: ReadingPass, options: EventOptions, account: Account) -> Preview:
    """Read everything and write its events, as an import would. Raises SourceError."""
    seen = Preview()
    for number, (document, stated) in enumerate(products.products(), start=1):
        try:
            event = event_of(stated, options, number=number, order=stated.order, now=datetime.now(UTC))
        except EventError as error:
            account.refuse(document.place, f"{type(error).__name__}: {error}", stated.product_id)
            continue
        if stated.deleted:
            seen.deletes += 1
            seen.removed_by[stated.reading.removed_by.path if stated.reading.removed_by else "?"] += 1
        else:
            seen.states += 1
            for name, place in stated.reading.found.items():
                seen.found[name] += 1
                seen.places.setdefault(name, Counter())[place] += 1
        if len(seen.rows) < _ROWS:
            seen.rows.append((stated, event))
    return seen


def show(seen: Preview, options: EventOptions) -> None:
    """Print a table of the first events, and one of where each field was found."""
    console = Console(file=sys.stdout)
    if not console.is_terminal:
        console = Console(file=sys.stdout, width=_WIDTH_OF_A_PIPE)
    if not seen.rows:
        return
    table = Table(
        title=f"The first {len(seen.rows)} of {seen.states + seen.deletes} events", title_justify="left"
    )
    for heading in (
        "event",
        "id",
        "name",
        "category",
        "brand",
        "price",
        "stock",
        "images",
        options.order_kind.value,
    ):
        table.add_column(heading, overflow="ellipsis", no_wrap=heading in {"event", "price", "stock"})
    for stated, event in seen.rows:
        table.add_row(*_as_they_are(event.event_type, *_cells(stated), _order(stated, options)))
    console.print(table)
    fields = Table(title="Where fields were found", title_justify="left")
    for heading in ("field", "products", "in"):
        fields.add_column(heading, overflow="fold")
    for name, count, places in _fields(seen):
        fields.add_row(*_as_they_are(name, count, places))
    console.print(fields)


def _as_they_are(*cells: str) -> Iterator[Text]:
    """Brackets in them are no markup."""
    return (Text(printable(cell)) for cell in cells)


def _cells(stated: Stated) -> tuple[str, ...]:
    data = stated.reading.data
    if stated.deleted:
        gone = stated.reading.removed_by
        return (stated.product_id, f"gone: {gone.path if gone else '?'}", "", "", "", "", "")
    price = data.get("price")
    return (
        stated.product_id,
        *(_text(data.get(name)) for name in ("name", "category", "brand")),
        "-" if price is None else f"{price:g} {data.get('currency', '')}".strip(),
        {True: "yes", False: "no"}.get(data.get("in_stock"), "-"),  # type: ignore[arg-type]
        _images(data.get("images")),
    )


def _images(images: object) -> str:
    if not isinstance(images, list):
        return "none"
    more = f" and {len(images) - 1} more" if len(images) > 1 else ""
    return f"{images[0]['url'][:80]}{more}"


def _order(stated: Stated, options: EventOptions) -> str:
    if options.order_kind is OrderKind.VERSION:
        return str(stated.order)
    time = datetime.fromtimestamp(stated.order / 1000, UTC)
    return f"{time:%Y-%m-%d %H:%M:%S}" + (" (when read)" if stated.own_order is None else "")


def _fields(seen: Preview) -> Iterator[tuple[str, str, str]]:
    attributes = sorted(name for name in seen.found if name not in FIELDS or name == "attributes")
    for name in [*(name for name in FIELDS if name not in {"deleted", "attributes"}), *attributes]:
        places = seen.places.get(name, Counter())
        shown = ", ".join(f"{place} ({count})" for place, count in places.most_common(4))
        yield name, f"{seen.found[name]} of {seen.states}", shown or "-"
    if seen.removed_by:
        by = ", ".join(f"{place} ({count})" for place, count in seen.removed_by.most_common(4))
        yield "deleted", str(seen.deletes), by


def _text(value: object) -> str:
    return "-" if value is None else str(value)[:60]

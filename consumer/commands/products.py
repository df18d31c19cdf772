"""`consumer products`: which products cannot be found, why, and what happens next."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from time import time_ns

import click

from consumer.commands.named_generation import open_named
from consumer.product_report import ProductReport, has_trouble, report_of
from consumer.settings import ConsumerSettings
from vector_store import ImageStatus, ProductRecord, StoreCorrupt, VectorStore, open_store
from vector_store.identity import product_uuid
from vector_store.inspection import Inspection


def _has(status: ImageStatus) -> Callable[[ProductRecord], bool]:
    return lambda record: any(image.status is status for image in record.images)


_WANTED: Mapping[str, Callable[[ProductRecord], bool]] = {
    "trouble": has_trouble,
    "failed": _has(ImageStatus.FAILED),
    "pending": _has(ImageStatus.PENDING),
    "all": lambda _: True,
}


@click.command()
@click.option("--failed", "which", flag_value="failed", help="With an image that was given up.")
@click.option("--pending", "which", flag_value="pending", help="With an image that will be tried again.")
@click.option("--all", "which", flag_value="all", help="Every product, deleted ones included.")
@click.option("--product", "product_id", metavar="ID", help="This product alone, whatever its state.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many products.")
@click.option("--after", metavar="ID", help="Go on after this product, the last one of another call.")
@click.option("--generation", metavar="NAME", help="A generation that is not promoted.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line, one for each product.")
def products(
    *,
    which: str | None,
    product_id: str | None,
    limit: int | None,
    after: str | None,
    generation: str | None,
    as_json: bool,
) -> None:
    """Say which products cannot be found, why, and what happens next.

    Without a choice: every product for sale that searches do not find by all of its images. It is told from
    the records of the index; neither Kafka nor the model is needed. The embedded engine's folder
    (QDRANT_PATH) opens only while no other process has it.

    \b
    Examples:
      python -m consumer products
      python -m consumer products --failed --json | jq -r .product_id
      python -m consumer products --product 665f1c
      python -m consumer products --all --limit 100 --after 665f1c
    """
    if product_id is not None and (which is not None or after is not None or limit is not None):
        raise click.UsageError("--product names one product: no other choice goes with it")
    settings = ConsumerSettings()
    with closing(open_store(settings)) as store:
        records = _records(store, generation, which=which or "trouble", product_id=product_id, after=after)
        header_due = not as_json
        for record in islice(records, limit):
            report = report_of(
                record, now_ms=time_ns() // 1_000_000, give_up_seconds=settings.image_give_up_seconds
            )
            if as_json:
                click.echo(json.dumps(report.to_json()))
                continue
            if header_due:
                click.echo(_HEADER)
                header_due = False
            click.echo(_rows(report))
        if header_due:
            click.echo("no such products")


def _records(
    store: VectorStore, generation: str | None, *, which: str, product_id: str | None, after: str | None
) -> Iterator[ProductRecord]:
    """Page by page; a record that cannot be read is told and passed by.

    Raises StoreError, and ClickException where the one product is not known.
    """
    inspection = Inspection(open_named(store, generation))
    if product_id is not None:
        payload = inspection.records([product_uuid(product_id)]).get(product_uuid(product_id))
        if payload is None:
            raise click.ClickException(
                f"{inspection.generation.name} has never heard of a product {product_id!r}: no event of it "
                "was read, or all of them are dead letters (`python -m consumer dead-letters list`)"
            )
        yield ProductRecord.from_payload(payload)
        return
    last = None if after is None else product_uuid(after)
    for page in inspection.record_pages(pending=which == "pending", from_id=last):
        for point in page.points:
            try:
                record = ProductRecord.from_payload(point.payload)
            except StoreCorrupt as error:
                click.echo(f"{point.id}: {error}", err=True)
                continue
            if point.id != last and _WANTED[which](record):
                yield record


_HEADER = (
    f"{'product':<26} {'found':<7} {'image is':<9} {'tries':>5}  {'next try (UTC)':<17} why, and what is next"
)


def _rows(report: ProductReport) -> str:
    """A line for each image that is not found; for a product without any, one line."""
    name = f"{report.product_id:<26} {report.found.value:<7}"
    shown = [image for image in report.images if image.status is not ImageStatus.INDEXED]
    if not shown:
        return f"{name} {'-':<9} {'-':>5}  {'-':<17} {report.next}"
    return "\n".join(
        f"{name} {image.status.value:<9} {image.tries:>5}  "
        f"{'-' if image.next_try is None else f'{image.next_try:%Y-%m-%d %H:%M}':<17} "
        f"{image.reason or 'no reason is known'} | {image.url[:200]} | {image.next}"
        for image in shown
    )

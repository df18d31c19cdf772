"""`consumer snapshot`: one generation as one file."""

from contextlib import closing
from pathlib import Path

import click

from consumer.backup.bars import bars
from consumer.backup.kafka_log import committed_positions, now_ms
from consumer.backup.snapshot_writer import SnapshotWriter, file_in_place, refuse_existing
from consumer.backup.taking import describe, take
from consumer.commands.named_generation import open_named
from consumer.settings import ConsumerSettings
from telemetry import configure_logging
from vector_store import open_store
from vector_store.inspection import Inspection


@click.command()
@click.option("--generation", metavar="NAME", help="A generation that is not promoted.")
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write; one that is there is never replaced.",
)
@click.pass_obj
def snapshot(options: dict[str, bool], *, generation: str | None, output: Path) -> None:
    """Write a generation, and where its consumers stand in the log, to one file.

    Consumers may go on writing: what they write meanwhile comes after the offsets that are stored, and is
    read again from the log after `restore`. So keep no snapshot for longer than the topics keep what comes
    after it, deletes included. The embedded engine's folder (QDRANT_PATH) opens only while no other process
    has it: stop the consumer for as long as it takes.

    The file holds the products as they are indexed: keep it as safe as the index. It goes back into either
    engine.

    \b
    Examples:
      python -m consumer snapshot --output products-$(date +%F).snapshot
      python -m consumer snapshot --generation products-1a2b3c4d-2 --output /backup/products.snapshot
    """
    settings = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if options["debug"] else "ERROR")
    refuse_existing(output)
    with closing(open_store(settings)) as store, bars() as progress:
        collection = open_named(store, generation)
        inspection = Inspection(collection)
        name = collection.generation.name
        head = describe(collection, lambda: committed_positions(settings, collection.generation), now_ms)
        with file_in_place(output) as file:
            writer = SnapshotWriter(file, head)
            total = inspection.count_records() + inspection.count_images()
            take(collection, head, writer, progress.reading(total))
            end = writer.finish()
    stored = sum(offset is not None for offset in head.positions.values())
    click.echo(
        f"{output}: generation {name}, {end.records:,} records, {end.other_points:,} other points, "
        f"{output.stat().st_size / 2**20:,.1f} MiB"
    )
    click.echo(f"offsets of {stored} of {len(head.positions)} partitions, committed before it began")
    if stored == 0:
        click.echo(
            "warning: the generation's consumers have committed nothing; restored, it reads the topics from "
            "their beginning",
            err=True,
        )

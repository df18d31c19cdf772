"""`consumer restore`: a snapshot's file becomes a generation again, which reads on where it stood."""

from contextlib import closing
from pathlib import Path

import click

from consumer.backup.bars import bars
from consumer.backup.kafka_log import KafkaLog, all_topics
from consumer.backup.restoration import restore as put_back
from consumer.backup.snapshot_file import SnapshotFile
from consumer.backup.starting_points import unread
from consumer.settings import ConsumerSettings
from telemetry import configure_logging
from vector_store import open_store


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--suffix", metavar="S", help="End of the generation's name, where its own is taken.")
@click.option("--promote", is_flag=True, help="Let searches use it at once, as old as the snapshot is.")
@click.pass_obj
def restore(options: dict[str, bool], *, file: Path, suffix: str | None, promote: bool) -> None:
    """Make a generation of a snapshot, of a new incarnation, whose consumers read on from its offsets.

    Of either engine, into either. Nothing is made of a file that is not whole, or that the log does not lead
    on from any more. The generation is there from the moment that it is complete; a restoration that was cut
    off leaves nothing that counts, and the same command begins anew. Stop consumers that would make a
    generation of the same name meanwhile.

    \b
    Examples:
      python -m consumer restore products-2026-11-24.snapshot
      python -m consumer restore products-2026-11-24.snapshot --suffix restored --promote
    """
    settings = ConsumerSettings()
    configure_logging("consumer", level="DEBUG" if options["debug"] else "ERROR")
    with (
        SnapshotFile(file) as snapshot,
        closing(open_store(settings)) as store,
        bars() as progress,
    ):
        restored = put_back(
            snapshot, store, KafkaLog(settings), progress, collection=settings.collection, suffix=suffix
        )
        name = restored.generation.name
        if promote:
            store.promote(name)
        promoted = store.promoted() == name
    click.echo(
        f"{name}: {restored.end.records:,} records, {restored.end.other_points:,} other points; its "
        f"consumers begin at the stored offsets of {len(restored.starts)} partitions"
    )
    for topic in sorted(unread(restored.head, frozenset(all_topics(settings)))):
        click.echo(f"warning: the snapshot has read {topic}, which KAFKA_TOPICS does not name", err=True)
    if promoted:
        click.echo("promoted: `python -m consumer run` reads on")
    else:
        click.echo(
            f"not promoted: `python -m consumer run --generation {name}` reads on, "
            f"`python -m consumer generations promote {name}` lets searches use it"
        )

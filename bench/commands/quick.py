"""`bench quick`: the first figures, in two minutes."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import click
from rich.console import Console

from bench import recording
from bench.machine import current_commit, describe_machine, versions
from bench.results import BenchResult
from bench.settings import BenchSettings
from bench.suites.quick import QuickSizes, beside_figures, measure_quick, quick_figures
from bench.surroundings import surroundings
from bench.tables import print_result
from standalone.catalogue import read_catalogue

_LATEST = recording.REPOSITORY / "bench" / "results" / "latest-quick.json"


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=QuickSizes().rounds, show_default=True)
@click.option(
    "--images",
    type=click.IntRange(1),
    default=QuickSizes().images,
    show_default=True,
    help="Images that the consumer indexes in a round.",
)
@click.option(
    "--plain-images",
    type=click.IntRange(1),
    default=QuickSizes().plain_images,
    show_default=True,
    help="Images that the plain service indexes in a round.",
)
@click.option("--embedded", is_flag=True, help="Use the embedded broker, whatever other Kafka there is.")
@click.option("--seed", type=int, default=QuickSizes().seed, show_default=True, help="Draws the products.")
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_LATEST,
    help="Where the figures go, with machine and versions.  [default: bench/results/latest-quick.json]",
)
def quick(*, rounds: int, images: int, plain_images: int, seed: int, json_path: Path, embedded: bool) -> None:
    """The consumer, beside a plain service and beside what decoding and embedding alone take.

    On the Kafka of KAFKA_BOOTSTRAP_SERVERS and KAFKA_CONFIG; without them on Apache Kafka, where the
    integration tests have fetched it, and else on the embedded broker. The consumer is
    `python -m consumer run`; of its settings, those of its model, batches and threads may be given.

    \b
    Examples:
      python -m bench quick
      python -m bench quick --rounds 1 --images 100
      EMBED_BATCH_SIZE=32 FETCH_THREADS=8 python -m bench quick --json try.json
    """
    console = Console()
    began_at, began = datetime.now(UTC), monotonic()
    catalogue = read_catalogue()
    sizes = QuickSizes(rounds=rounds, images=images, plain_images=min(plain_images, images), seed=seed)
    with (
        TemporaryDirectory(prefix="bench-") as folder,
        surroundings(BenchSettings(), catalogue, Path(folder), embedded_broker=embedded) as around,
    ):
        kafka = around.kafka.name
        measured = measure_quick(
            around, catalogue, sizes, lambda line: console.print(line, highlight=False, soft_wrap=True)
        )
    result = BenchResult(
        suite="quick",
        began_at=began_at.isoformat(timespec="seconds"),
        seconds=monotonic() - began,
        commit=current_commit(recording.REPOSITORY),
        machine=describe_machine(),
        versions=versions(),
        settings={
            "kafka": kafka,
            "seed": sizes.seed,
            "rounds": sizes.rounds,
            "images": sizes.images,
            "plain_images": sizes.plain_images,
            **measured.settings,
        },
        figures=quick_figures(measured),
        beside=beside_figures(measured),
    )
    recording.save(result, json_path)
    print_result(result, console)
    console.print(f"{result.seconds:.0f} s in all; figures: {json_path}", highlight=False, soft_wrap=True)

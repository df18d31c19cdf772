"""`bench full`: all figures, in a quarter of an hour."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import click
from rich.console import Console

from bench import recording
from bench.doc_figures import pages, rewritten
from bench.full_remarks import full_remarks
from bench.machine import current_commit, describe_machine, versions
from bench.plots import save_plots
from bench.results import BenchResult
from bench.settings import BenchSettings
from bench.suites.full import (
    FullSizes,
    full_beside,
    full_figures,
    full_measures,
    full_settings,
    measure_full,
)
from bench.tables import print_result
from search_api.settings import SearchApiSettings
from standalone.catalogue import read_catalogue

_LATEST = recording.REPOSITORY / "bench" / "results" / "latest-full.json"


@click.command()
@click.option("--rounds", type=click.IntRange(1), help="Of every part.  [default: each part's own]")
@click.option(
    "--size",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Of every part, 1 being all of it.",
)
@click.option("--embedded", is_flag=True, help="Use the embedded broker, whatever other Kafka there is.")
@click.option("--seed", type=int, default=1, show_default=True, help="Draws products, vectors and calls.")
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_LATEST,
    help="Where the figures go, with machine and versions.  [default: bench/results/latest-full.json]",
)
@click.option(
    "--record",
    is_flag=True,
    help="Make this run the one that README, docs and bench/results/full.json show; refused where the "
    "machine was busy with other things.",
)
def full(
    *, rounds: int | None, size: float, seed: int, json_path: Path, embedded: bool, record: bool
) -> None:
    """Indexing, changes without images, replay and search, each beside its bound or its peer.

    What `bench quick` and `bench search` measure is part of it, the latter over 100,000 products. Kafka and
    settings are chosen as there.

    \b
    Examples:
      python -m bench full
      python -m bench full --rounds 1 --size 0.1
      python -m bench full --record
    """
    console = Console()
    began_at, began = datetime.now(UTC), monotonic()
    with TemporaryDirectory(prefix="bench-") as folder:
        measured = measure_full(
            FullSizes.scaled(size, rounds=rounds, seed=seed),
            lambda line: console.print(line, highlight=False, soft_wrap=True),
            settings=BenchSettings(),
            catalogue=read_catalogue(),
            model_path=SearchApiSettings().model_path,
            folder=Path(folder),
            embedded_broker=embedded,
        )
    result = BenchResult(
        suite="full",
        began_at=began_at.isoformat(timespec="seconds"),
        seconds=monotonic() - began,
        commit=current_commit(recording.REPOSITORY),
        machine=describe_machine(),
        versions=versions(),
        settings=full_settings(measured),
        figures=full_figures(measured),
        measures=full_measures(measured),
        beside=full_beside(measured),
    )
    recording.save(result, json_path)
    print_result(result, console, full_remarks(result))
    console.print(f"{result.seconds:.0f} s in all; figures: {json_path}", highlight=False, soft_wrap=True)
    if record:
        show(result)


def show(result: BenchResult) -> None:
    """Make this run the one that the repository shows. Raises NotRecorded."""
    recording.record(result, tuple(full_remarks(result)))
    save_plots(result, recording.PLOTS)
    for page in pages(recording.REPOSITORY):
        text = page.read_text("utf-8")
        page.write_text(rewritten(text, recording.recorded_run), "utf-8")

"""`bench scale`: a million vectors in the embedded engine."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import recording
from bench.catalogue_vectors import embed_catalogue
from bench.machine import current_commit, describe_machine, versions
from bench.results import BenchResult
from bench.scale_figures import scale_beside, scale_figures, scale_measures, scale_remarks
from bench.suites.scale import ScaleSizes, measure_scale
from bench.tables import print_result
from search_api.settings import SearchApiSettings
from standalone.catalogue import read_catalogue
from vector_store.size_class import SizeClass

_LATEST = recording.REPOSITORY / "bench" / "results" / "latest-scale.json"
_SIZES = ScaleSizes()


@click.command()
@click.option(
    "--vectors", type=click.IntRange(1), default=_SIZES.vectors, show_default=True, help="In the index."
)
@click.option("--rounds", type=click.IntRange(1), default=_SIZES.rounds, show_default=True)
@click.option(
    "--questions",
    type=click.IntRange(1),
    default=_SIZES.questions,
    show_default=True,
    help="Asked in a round, once of all products and once of one in a hundred.",
)
@click.option(
    "--size-class",
    type=click.Choice([each.value for each in SizeClass]),
    default=_SIZES.size_class.value,
    show_default=True,
    help="The QDRANT_SIZE_CLASS to measure.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Make the index there and keep it; one that is there already is asked again, and not made again.",
)
@click.option("--seed", type=int, default=_SIZES.seed, show_default=True, help="Draws vectors and questions.")
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_LATEST,
    help="Where the figures go, with machine and versions.  [default: bench/results/latest-scale.json]",
)
@click.option(
    "--record",
    is_flag=True,
    help="Make this run the one that docs/performance.md and bench/results/scale.json show; refused where "
    "the machine was busy with other things.",
)
def scale(
    *,
    vectors: int,
    rounds: int,
    questions: int,
    size_class: str,
    folder: Path | None,
    seed: int,
    json_path: Path,
    record: bool,
) -> None:
    """A million vectors in Qdrant Edge: whether the right ones are found, how fast, and what it takes.

    They are made to lie as the embedded photos of the sample catalogue do, and written, opened and asked for
    as the services do. The index takes some gigabytes, in a temporary folder (TMPDIR) without --folder.

    \b
    Examples:
      python -m bench scale
      python -m bench scale --vectors 60000
      python -m bench scale --vectors 60000 --size-class small --json small.json
      python -m bench scale --folder /var/tmp/million --record
    """
    console = Console()
    began_at, began = datetime.now(UTC), monotonic()
    # Of what is measured; by the end of a long run another one may be checked out.
    commit = current_commit(recording.REPOSITORY)
    sizes = ScaleSizes(
        vectors=vectors,
        rounds=rounds,
        questions=questions,
        size_class=SizeClass(size_class),
        seed=seed,
    )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with TemporaryDirectory(prefix="bench-") as passing, Progress(*columns, console=console) as progress:
        real = embed_catalogue(read_catalogue(), SearchApiSettings())
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        measured = measure_scale(folder or Path(passing), real, sizes, progress)
    result = BenchResult(
        suite="scale",
        began_at=began_at.isoformat(timespec="seconds"),
        seconds=monotonic() - began,
        commit=commit,
        machine=describe_machine(),
        versions=versions(),
        settings={
            **asdict(sizes),
            "dimension": measured.dimension,
            "products": -(-sizes.vectors // sizes.images_per_product),
        },
        figures=scale_figures(measured),
        measures=scale_measures(measured),
        beside=scale_beside(measured),
    )
    remarks = list(scale_remarks(result))
    recording.save(result, json_path)
    print_result(result, console, remarks)
    console.print(f"{result.seconds:.0f} s in all; figures: {json_path}", highlight=False, soft_wrap=True)
    if record:
        recording.record(result, remarks)

"""`bench search`: the search API, in two minutes."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import click
from rich.console import Console

from bench import recording
from bench.machine import current_commit, describe_machine, versions
from bench.results import BenchResult
from bench.search_figures import search_beside, search_figures, search_measures, search_remarks
from bench.suites.search import SearchSizes, measure_search
from bench.tables import print_result
from search_api.settings import SearchApiSettings
from standalone.catalogue import read_catalogue

_LATEST = recording.REPOSITORY / "bench" / "results" / "latest-search.json"
_SIZES = SearchSizes()


@click.command()
@click.option("--rounds", type=click.IntRange(1), default=_SIZES.rounds, show_default=True)
@click.option(
    "--products", type=click.IntRange(50), default=_SIZES.products, show_default=True, help="In the index."
)
@click.option(
    "--photos",
    type=click.IntRange(2),
    default=_SIZES.photos,
    show_default=True,
    help="Asked for by one client in a round, and as many products.",
)
@click.option(
    "--calls",
    type=click.IntRange(50),
    default=_SIZES.mixed_calls,
    show_default=True,
    help="Mixed.",
)
@click.option(
    "--clients",
    type=click.IntRange(1),
    default=_SIZES.mixed_clients,
    show_default=True,
    help="Of these.",
)
@click.option("--seed", type=int, default=_SIZES.seed, show_default=True, help="Draws vectors and calls.")
@click.option(
    "--json",
    "json_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=_LATEST,
    help="Where the figures go, with machine and versions.  [default: bench/results/latest-search.json]",
)
def search(
    *, rounds: int, products: int, photos: int, calls: int, clients: int, seed: int, json_path: Path
) -> None:
    """The search API beside what no search can do without, and under the load of many clients.

    It is `python -m search_api`, over an index in the embedded engine that is made for the run; of its
    settings, those of its model and threads may be given.

    \b
    Examples:
      python -m bench search
      python -m bench search --rounds 1 --products 1000
      EMBED_THREADS=1 python -m bench search --json try.json
    """
    console = Console()
    began_at, began = datetime.now(UTC), monotonic()
    sizes = SearchSizes(
        rounds=rounds, products=products, photos=photos, mixed_calls=calls, mixed_clients=clients, seed=seed
    )
    with TemporaryDirectory(prefix="bench-") as folder:
        measured = measure_search(
            Path(folder),
            SearchApiSettings().model_path,
            sorted(read_catalogue().photos.glob("*.jpg")),
            sizes,
            lambda line: console.print(line, highlight=False, soft_wrap=True),
        )
    result = BenchResult(
        suite="search",
        began_at=began_at.isoformat(timespec="seconds"),
        seconds=monotonic() - began,
        commit=current_commit(recording.REPOSITORY),
        machine=describe_machine(),
        versions=versions(),
        settings={**asdict(sizes), **measured.settings},
        figures=search_figures(measured),
        measures=search_measures(measured),
        beside=search_beside(measured),
    )
    recording.save(result, json_path)
    print_result(result, console, search_remarks(result))
    console.print(f"{result.seconds:.0f} s in all; figures: {json_path}", highlight=False, soft_wrap=True)

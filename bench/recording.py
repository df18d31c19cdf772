"""The figures that the repository shows: a committed run, and its table in the docs."""

from collections.abc import Sequence
from pathlib import Path

from bench.errors import NotRecorded
from bench.quietness import is_quiet, other_work
from bench.results import BenchResult
from bench.tables import END, begin, markdown

REPOSITORY = Path(__file__).parents[1]
DOCUMENT = REPOSITORY / "docs" / "performance.md"
PLOTS = REPOSITORY / "docs" / "images"


def recorded(suite: str) -> Path:
    """Where the run of this suite is kept that the repository shows."""
    return REPOSITORY / "bench" / "results" / f"{suite}.json"


def save(result: BenchResult, path: Path) -> None:
    """Write a run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.model_dump_json(indent=2) + "\n", "utf-8")


def load(path: Path) -> BenchResult:
    """The inverse of `save`."""
    return BenchResult.model_validate_json(path.read_text("utf-8"))


def recorded_run(suite: str) -> BenchResult:
    """That run. Raises OSError where there is none."""
    return load(recorded(suite))


def record(result: BenchResult, remarks: Sequence[str] | None = None) -> None:
    """Make this run the one that the repository shows. Raises NotRecorded where the machine was busy.

    remarks: lines below its table; by default what there is to know of the quick suite.
    """
    if not is_quiet(result):
        raise NotRecorded(
            f"{other_work(result).median:.1f} cores were busy with other things, so the figures are not "
            "recorded: try again when the machine is quiet"
        )
    document = with_table(DOCUMENT.read_text("utf-8"), result, remarks)
    save(result, recorded(result.suite))
    DOCUMENT.write_text(document, "utf-8")


def with_table(document: str, result: BenchResult, remarks: Sequence[str] | None = None) -> str:
    """The document with this run's table in the place of the one of its suite.

    Raises ValueError where it has none.
    """
    first = begin(result.suite)
    before, found, rest = document.partition(first)
    _, end, after = rest.partition(END)
    if not (found and end):
        raise ValueError(f"the document has no table between {first!r} and {END!r}")
    return f"{before}{markdown(result, remarks)}{after}"

"""The figures that the repository shows: a committed run, and its table in the docs."""

from pathlib import Path

from bench.errors import NotRecorded
from bench.quietness import is_quiet, other_work
from bench.results import BenchResult
from bench.tables import BEGIN, END, markdown

REPOSITORY = Path(__file__).parents[1]
RECORDED = REPOSITORY / "bench" / "results" / "quick.json"
DOCUMENT = REPOSITORY / "docs" / "performance.md"


def save(result: BenchResult, path: Path) -> None:
    """Write a run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.model_dump_json(indent=2) + "\n", "utf-8")


def load(path: Path) -> BenchResult:
    """The inverse of `save`."""
    return BenchResult.model_validate_json(path.read_text("utf-8"))


def record(result: BenchResult) -> None:
    """Make this run the one that the repository shows. Raises NotRecorded where the machine was busy."""
    if not is_quiet(result):
        raise NotRecorded(
            f"{other_work(result).median:.1f} cores were busy with other things, so the figures are not "
            "recorded: try again when the machine is quiet"
        )
    document = with_table(DOCUMENT.read_text("utf-8"), result)
    save(result, RECORDED)
    DOCUMENT.write_text(document, "utf-8")


def with_table(document: str, result: BenchResult) -> str:
    """The document with this run's table in the place of the one it has.

    Raises ValueError where it has none.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the document has no table between {BEGIN!r} and {END!r}")
    return f"{before}{markdown(result)}{after}"

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.errors import NotRecorded
from bench.full_remarks import full_remarks
from bench.recording import DOCUMENT, load, record, recorded, save, with_table
from bench.results import BenchResult
from bench.scale_figures import scale_remarks
from bench.tables import END, begin, markdown
from tests.unit.bench.measured import measured_quick, result_of


@pytest.mark.parametrize(("suite", "remarks"), [("full", full_remarks), ("scale", scale_remarks)])
def test_the_document_shows_the_recorded_run(
    suite: str, remarks: Callable[[BenchResult], Iterator[str]]
) -> None:
    """Each figure of docs/performance.md is that of a run in bench/results."""
    result = load(recorded(suite))
    assert markdown(result, remarks(result)) in DOCUMENT.read_text("utf-8")


def test_a_run_is_kept_and_read_back(tmp_path: Path) -> None:
    """What a run found is the same after it was written and read."""
    result = result_of(measured_quick())
    save(result, tmp_path / "folder" / "run.json")
    assert load(tmp_path / "folder" / "run.json") == result


def test_a_new_table_takes_the_place_of_the_old_one() -> None:
    """Recording changes the table, and not a word around it."""
    another = f"{begin('other')}\nanother's\n{END}"
    document = f"before\n\n{another}\n\n{begin('quick')}\nold\n{END}\n\n{another}\n\nafter\n"
    result = result_of(measured_quick())
    assert (
        with_table(document, result) == f"before\n\n{another}\n\n{markdown(result)}\n\n{another}\n\nafter\n"
    )


def test_a_run_on_a_busy_machine_is_not_recorded() -> None:
    """What others' work has spoilt never becomes the figures that the repository shows."""
    before = DOCUMENT.read_text("utf-8")
    with pytest.raises(NotRecorded, match=r"1\.0 cores were busy"):
        record(result_of(measured_quick(other_work_cores=1.0)))
    assert DOCUMENT.read_text("utf-8") == before


def test_a_document_without_a_table_is_left_alone() -> None:
    """There is no guessing where the table belongs."""
    with pytest.raises(ValueError, match="no table"):
        with_table("no table here", result_of(measured_quick()))

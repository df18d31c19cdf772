from pathlib import Path

import pytest

from bench.asked_process import AskedProcess
from bench.errors import ProcessFailed
from bench.settings import child_environment
from standalone.catalogue import SAMPLE_CATALOGUE


def photo_host(folder: str, log: Path) -> AskedProcess:
    return AskedProcess(["bench.photo_host", folder], environment=child_environment({}), log=log)


def test_a_child_answers_until_it_is_ended(tmp_path: Path) -> None:
    """Questions are answered one by one, and leaving the block ends the process."""
    with photo_host(str(SAMPLE_CATALOGUE / "images"), tmp_path / "log") as host:
        assert host.greeting()["base_url"].startswith("http://127.0.0.1:")
        assert host.ask(anything=1) == {}
        assert host.ask(anything=2) == {}
    with pytest.raises(ProcessFailed, match="ended by itself"):
        host.check()


def test_a_child_that_ends_instead_of_answering_is_told_with_its_last_words(tmp_path: Path) -> None:
    """A process that cannot start does not make the bench wait, and its error is not lost."""
    with (
        AskedProcess(
            ["bench.no_such_module"], environment=child_environment({}), log=tmp_path / "log"
        ) as child,
        pytest.raises(ProcessFailed, match=r"No module named bench\.no_such_module"),
    ):
        child.greeting()

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from standalone.logs import logged_to


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_logs_go_to_the_file_and_errors_are_shown_too(tmp_path: Path) -> None:
    """The screen stays quiet, except for errors: the services' and the libraries'."""
    path, shown = tmp_path / "services.log", list[str]()
    with logged_to(path, level="INFO", on_error=shown.append):
        structlog.get_logger().info("written", products=3)
        structlog.get_logger().error("broken", products=3)
        logging.getLogger("a.library").error("%s failed", "it")
    events = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    assert events == ["written", "broken", "it failed"]
    assert shown == ["broken", "it failed"]


def test_the_log_of_the_start_before_is_kept(tmp_path: Path) -> None:
    """A log begins anew, and the one before can still be read."""
    path = tmp_path / "services.log"
    for word in ("first", "second", "third"):
        with logged_to(path, level="INFO", on_error=lambda _: None):
            structlog.get_logger().info(word)
    assert "third" in path.read_text()
    assert "second" in (tmp_path / "services.earlier.log").read_text()
    assert len(list(tmp_path.iterdir())) == 2


def test_who_speaks_after_the_end_is_not_heard(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A thread that outlives the file writes neither to it nor to the terminal."""
    with logged_to(tmp_path / "services.log", level="INFO", on_error=lambda _: None):
        pass
    logging.getLogger("a.library").error("too late")
    assert capfd.readouterr() == ("", "")

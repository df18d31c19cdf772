import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from telemetry import configure_logging


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_lines_are_json_with_time_level_and_service() -> None:
    """Where no person watches, a log line is one JSON object."""
    stream = io.StringIO()
    configure_logging("consumer", stream=stream)
    structlog.get_logger().info("written", products=3)
    logging.getLogger("a.library").warning("odd")
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (ours["event"], ours["products"], ours["service"], ours["level"]) == (
        "written",
        3,
        "consumer",
        "info",
    )
    assert (theirs["event"], theirs["level"]) == ("odd", "warning")
    assert ours["timestamp"].endswith("Z")


def test_a_traceback_stays_on_its_line() -> None:
    """An exception is one line too, so that no line belongs to nobody."""
    stream = io.StringIO()
    configure_logging("consumer", stream=stream)
    try:
        raise ValueError("why")
    except ValueError:
        structlog.get_logger().exception("failed")
    [line] = stream.getvalue().splitlines()
    assert "ValueError: why" in json.loads(line)["exception"]


def test_levels_below_the_least_are_left_out() -> None:
    """A level that was not asked for is not written."""
    stream = io.StringIO()
    configure_logging("consumer", level="warning", stream=stream)
    structlog.get_logger().info("chatter")
    assert stream.getvalue() == ""

"""What a reindex says reaches whoever gave the order, over the wire and where no bar is drawn."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from consumer.audit.findings import Finding, FindingKind, Remedy
from consumer.reindex.progress import BuildProgress
from standalone.line_watcher import LineWatcher
from standalone.wire_watcher import WireWatcher, pass_on


class Heard:
    """Remembers what a watcher is told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def says(self, line: str) -> None:
        self.told.append(("says", line))

    def copies(self, done: int, total: int) -> None:
        self.told.append(("copies", done, total))

    def builds(self, progress: BuildProgress, seconds_left: float | None) -> None:
        self.told.append(("builds", progress, seconds_left))

    def finds(self, finding: Finding) -> None:
        self.told.append(("finds", finding))


FINDING = Finding(
    kind=FindingKind.MISSING,
    remedy=Remedy.EMBED_AGAIN,
    why="it is gone",
    point_id="a point",
    product_uuid="a product",
    image_key="https://a/b.jpg",
)


def test_what_is_sent_arrives_as_it_was_said() -> None:
    """Steps, copied records and progress, through JSON; a finding arrives in words."""
    heard = Heard()
    wire = WireWatcher(lambda message: pass_on(json.loads(json.dumps(message)), heard))
    wire.says("audits it")
    wire.copies(3, 10)
    wire.builds(BuildProgress(5, 20, 7, 2), 1.5)
    wire.builds(BuildProgress(5, 20, 7, 2), None)
    wire.finds(FINDING)
    assert heard.told[:4] == [
        ("says", "audits it"),
        ("copies", 3, 10),
        ("builds", BuildProgress(5, 20, 7, 2), 1.5),
        ("builds", BuildProgress(5, 20, 7, 2), None),
    ]
    kind, line = heard.told[4]
    assert kind == "says"
    assert "it is gone" in str(line)
    assert "https://a/b.jpg" in str(line)


@pytest.mark.parametrize("message", [{}, {"says": 3}, {"copies": [1]}, {"builds": "x"}, {"other": 1}])
def test_what_is_no_message_is_left_alone(message: Mapping[str, Any]) -> None:
    """A demo of another release may say more."""
    heard = Heard()
    pass_on(message, heard)
    assert heard.told == []


def test_without_a_terminal_progress_is_a_line_now_and_then() -> None:
    """Each step at once; between them one line in ten seconds."""
    now = 0.0
    lines: list[str] = []
    watcher = LineWatcher(lines.append, clock=lambda: now)
    watcher.says("builds it")
    for second in range(1, 25):
        now = float(second)
        watcher.builds(BuildProgress(second, 100, second, 0), None)
        watcher.copies(second, 100)
    watcher.finds(FINDING)
    assert lines[0] == "builds it"
    assert lines[1].startswith("10 of 100 events, 10 images")
    assert lines[2].startswith("20 of 100 events")
    assert "it is gone" in lines[3]
    assert len(lines) == 4

"""The side of a child process: a line of JSON in, a line of JSON out."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any


def answer_questions(
    answer: Callable[[Mapping[str, Any]], Mapping[str, Any]], *, greeting: Mapping[str, Any]
) -> None:
    """Say the greeting, then answer each question in its turn. Returns when the parent is gone."""
    _say(greeting)
    for line in sys.stdin:
        _say(answer(json.loads(line)))


def _say(what: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()

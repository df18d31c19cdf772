"""A command of the consumer, run inside the test's own process with the environment of an operator."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from click.testing import CliRunner

from consumer.commands.main import cli
from consumer.errors import ConsumerError
from vector_store import StoreError


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. error: of a failure that the entrance prints as one line, its text."""

    exit_code: int
    output: str
    errors: str
    error: str | None


def run_command(environment: Mapping[str, str], *words: str) -> Outcome:
    """Run `python -m consumer …` with these words; an error that has no line for people is raised."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        result = CliRunner().invoke(cli, words, env=dict(environment))
    finally:
        # The command's own log went to a stream that is gone.
        root.handlers[:] = handlers
        root.setLevel(level)
    error = result.exception
    if isinstance(error, ConsumerError | StoreError):
        return Outcome(1, result.stdout, result.stderr, str(error))
    if error is not None and not isinstance(error, SystemExit):
        raise error
    return Outcome(result.exit_code, result.stdout, result.stderr, None)

"""A process of its own, so that its core-seconds are nobody else's."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import ProcessFailed

_STOP_SECONDS = 30.0


class ChildProcess:
    """`python -m …` with a log file; ended when its block is left.

    It has a session of its own, so that Ctrl-C reaches the bench alone, which ends its children in order.
    """

    def __init__(
        self, words: Sequence[str], *, environment: Mapping[str, str], log: Path, talks: bool = False
    ) -> None:
        self.name = f"python -m {words[0]}"
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *words],
                stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
                stdout=subprocess.PIPE if talks else file,
                stderr=file,
                env=dict(environment),
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """Of the running process, or of the one that has ended."""
        return self._process.pid

    def check(self) -> None:
        """Raises ProcessFailed where it has ended by itself."""
        if self._process.poll() is not None:
            raise self.failed(f"ended by itself (exit status {self._process.returncode})")

    def end(self) -> int:
        """SIGTERM, and SIGKILL where that takes too long; returns the exit status. Idempotent."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        return self._process.wait()

    def failed(self, what: str) -> ProcessFailed:
        """The error that says so, with the last line of the log."""
        lines = self._log.read_text("utf-8", errors="replace").split("\n")
        said = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return ProcessFailed(f"{self.name} {what}{f': {said[:500]}' if said else ''}")

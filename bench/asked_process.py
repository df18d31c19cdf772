"""A child that answers questions, see `bench.answering`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any, cast

from bench.child_process import ChildProcess

_START_SECONDS = 120.0
_ANSWER_SECONDS = 120.0


class AskedProcess(ChildProcess):
    """A child process with questions to it and answers from it, in JSON.

    answer_seconds: the longest wait for one of them.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> None:
        super().__init__(words, environment=environment, log=log, talks=True)
        self._answer_seconds = answer_seconds
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        self._reader = Thread(target=self._read, name=f"answers of {self.name}", daemon=True)
        self._reader.start()

    def greeting(self) -> dict[str, Any]:
        """What it says when it is ready; to be asked for once. Blocks. Raises ProcessFailed."""
        return self._next(_START_SECONDS)

    def ask(self, **question: Any) -> dict[str, Any]:
        """Its answer. Blocks while it works. Raises ProcessFailed."""
        pipe = cast(IO[bytes], self._process.stdin)
        try:
            pipe.write(json.dumps(question).encode() + b"\n")
            pipe.flush()
        except OSError as error:
            raise self.failed("does not listen any more") from error
        return self._next(self._answer_seconds)

    def end(self) -> int:
        """See `ChildProcess.end`."""
        if self._process.poll() is None:
            self._process.terminate()
        # Its pipe must not be closed under the thread that reads it; with the process it comes to its end.
        self._reader.join()
        return super().end()

    def _next(self, timeout_seconds: float) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=timeout_seconds)
        except Empty:
            raise self.failed(f"does not answer within {timeout_seconds:.0f} s") from None
        if not line:
            raise self.failed("ended instead of answering")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _read(self) -> None:
        for line in cast(IO[bytes], self._process.stdout):
            self._answers.put(line)
        self._answers.put(b"")

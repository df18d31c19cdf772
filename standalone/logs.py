"""The services' logs go to a file; errors are shown as well."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from telemetry import configure_logging

_EARLIER = ".earlier.log"


@contextmanager
def logged_to(path: Path, *, level: str, on_error: Callable[[str], None]) -> Iterator[None]:
    """Until the block ends, the process logs to this file, which begins anew; the one before is kept.

    on_error is called with what was logged as an error, from any thread.
    """
    if path.exists():
        path.replace(path.with_suffix(_EARLIER))
    with path.open("w", encoding="utf-8") as stream:
        configure_logging("demo", level=level, stream=stream)
        root = logging.getLogger()
        root.addHandler(_ErrorHandler(on_error))
        try:
            yield
        finally:
            # A thread that still has something to say must find neither a closed file nor the terminal.
            root.handlers[:] = [logging.NullHandler()]


class _ErrorHandler(logging.Handler):
    def __init__(self, on_error: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._on_error = on_error

    def emit(self, record: logging.LogRecord) -> None:
        # structlog's records carry a dict, other libraries' a format and its arguments.
        self._on_error(
            str(record.msg.get("event", "")) if isinstance(record.msg, dict) else record.getMessage()
        )

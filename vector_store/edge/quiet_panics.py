"""The engine's panics print themselves, a hundred lines, before anybody can catch them: they are kept back.

Rust writes to the file descriptor of standard error, past Python. So for the time of one call that descriptor
leads to a file of its own.
"""

import logging
import os
import sys
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import TypeVar

from vector_store.edge.failures import is_panic

_log = logging.getLogger(__name__)
_STANDARD_ERROR = 2
T = TypeVar("T")


def with_panics_kept_back(call: Callable[[], T]) -> T:
    """The call's result. While it runs standard error is kept; of a panic it goes to the log, at DEBUG.

    However else the call ends, what anybody wrote meanwhile is written then. So this is for the opening of a
    folder, not for calls of which several run at once. Where standard error is closed, or there is no room
    for a file, nothing is kept.
    """
    try:
        terminal = os.dup(_STANDARD_ERROR)
    except OSError:
        return call()
    try:
        kept = TemporaryFile()  # noqa: SIM115 - closed below, where standard error is itself again
    except OSError:
        os.close(terminal)
        return call()
    panicked = False
    _flush()
    os.dup2(kept.fileno(), _STANDARD_ERROR)
    try:
        return call()
    except BaseException as error:
        panicked = is_panic(error)
        raise
    finally:
        _flush()
        os.dup2(terminal, _STANDARD_ERROR)
        os.close(terminal)
        with kept:
            kept.seek(0)
            said = kept.read()
        if panicked:
            _log.debug("the embedded engine panicked: %s", said.decode(errors="replace"))
        elif said:
            os.write(_STANDARD_ERROR, said)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()

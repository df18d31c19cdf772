"""One run of the demo: its exit status, and errors as one line."""

import errno

from pydantic import ValidationError

from consumer.errors import ConsumerError, OffsetGap, OrderKindChanged, WrongModel
from model.errors import ModelError
from search_api.errors import SearchApiError
from standalone.demo import run_demo
from standalone.errors import DemoError
from standalone.options import DemoOptions
from standalone.screen import Screen
from vector_store import StoreCorrupt, StoreError

FAILED = 1
EXPECTED_ERRORS = (DemoError, ConsumerError, StoreError, ModelError, SearchApiError, ValidationError, OSError)
_RESET_HELPS = (WrongModel, OrderKindChanged, OffsetGap, StoreCorrupt)


def run_session(options: DemoOptions, screen: Screen, *, began: float) -> int:
    """Run the demo; returns the exit status. Blocks until it ends.

    With `debug`, errors are raised. KeyboardInterrupt is, where a signal came before it served.

    began: when the process did, by `monotonic`.
    """
    try:
        complete = run_demo(options, screen, began=began)
    except EXPECTED_ERRORS as error:
        if options.debug:
            raise
        screen.error(one_line(error))
        return FAILED
    return 0 if complete else FAILED


def one_line(error: Exception) -> str:
    """What an error says, in one line that names the way out."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc']).upper()}: {first['msg']}"
    text = " ".join(str(error).split())
    if isinstance(error, _RESET_HELPS):
        return f'{text}; --reset starts over (make demo ARGS="--reset")'
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk is full: {text}; make room, or choose another --data-dir"
    return text

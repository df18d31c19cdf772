"""How Python's interpreter shares its time in a process that serves."""

import gc
import sys

_OBJECTS = 20_000
_TURN_SECONDS = 0.001


def collect_less_often() -> None:
    """Have this process look for garbage once for every 20,000 objects more.

    What is in no cycle is freed at once anyway. The usual threshold is passed hundreds of times for each
    batch of events, and each time all that was made of the batch so far is looked at: a tenth of a
    replay.
    """
    gc.set_threshold(_OBJECTS)


def take_turns_often() -> None:
    """Have threads that wait for the interpreter get it after a millisecond, in place of five.

    An answer takes a dozen turns, at sockets and in the engine. Beside threads that compute, it waits for
    each: with consumer and search in one process, a quarter of a search's 99th percentile.
    """
    sys.setswitchinterval(_TURN_SECONDS)

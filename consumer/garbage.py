"""How often Python looks for garbage among what lives.

Its usual threshold is passed hundreds of times for each batch of events, and each time all that has been made
of the batch so far is looked at again: up to a third of a replay's time.
"""

import gc

_OBJECTS = 20_000


def collect_less_often() -> None:
    """Have this process look once for every 20,000 objects more; what is in no cycle is freed at once."""
    gc.set_threshold(_OBJECTS)

"""What a large photo took goes back to the system once it is freed, where the C library is glibc.

By itself it raises, with each large block that is freed, the size from which blocks come from the system
directly, and keeps what is below for later, in an arena for each of many threads: after a few large photos a
process stays hundreds of megabytes larger, though nothing is in use.
"""

import ctypes

# From malloc.h.
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_DIRECT_FROM_BYTES = 1_048_576
_ARENAS = 2


def return_freed_memory() -> bool:
    """Have it so for this process; returns whether its C library can. To be called before threads begin."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    set_threshold = bool(mallopt(_M_MMAP_THRESHOLD, _DIRECT_FROM_BYTES))
    return bool(mallopt(_M_ARENA_MAX, _ARENAS)) and set_threshold

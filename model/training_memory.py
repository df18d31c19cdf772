"""Memory that one step of training frees is kept for the next."""

import ctypes
import ctypes.util

# Of glibc's <malloc.h>.
_M_TRIM_THRESHOLD = -1
_M_MMAP_MAX = -4
_NEVER_BYTES = 2**31 - 1


def keep_freed_memory() -> None:
    """Tell the C library to keep what is freed, for this process, from now on; without glibc: nothing.

    By default every large tensor is memory that the kernel maps, clears and takes back, step after step: a
    third of a step's time on two cores (docs/decisions/0006-trained-embedding.md).
    """
    try:
        mallopt = ctypes.CDLL(ctypes.util.find_library("c")).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_MAX, 0)
    mallopt(_M_TRIM_THRESHOLD, _NEVER_BYTES)

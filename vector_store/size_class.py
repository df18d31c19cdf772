"""How a generation lies in memory and on disk, by how many pictures it is to hold."""

from dataclasses import dataclass, replace
from enum import StrEnum


class SizeClass(StrEnum):
    """Of 128 numbers, a picture takes 512 bytes as they are, and 128 bytes as one byte each."""

    SMALL = "small"
    LARGE = "large"
    HUGE = "huge"


@dataclass(frozen=True, slots=True)
class Layout:
    """Settings of the engine, in its own terms; False leaves it to the engine.

    quantized: searches compare int8 copies held in memory, and compare the best again by the originals.
    vectors_on_disk: the originals are read from disk (mapped; the system keeps in memory what is asked for).
    graph_on_disk, payload_on_disk: the same of the HNSW graph, and of what is stored beside the vectors.
    indexes_on_disk: the same of the indexes that filters use, and, embedded, of which id lies where.
    """

    quantized: bool = False
    vectors_on_disk: bool = False
    graph_on_disk: bool = False
    payload_on_disk: bool = False
    indexes_on_disk: bool = False


_LARGE = Layout(quantized=True, vectors_on_disk=True, payload_on_disk=True, indexes_on_disk=True)
LAYOUTS = {
    SizeClass.SMALL: Layout(),
    SizeClass.LARGE: _LARGE,
    SizeClass.HUGE: replace(_LARGE, graph_on_disk=True),
}

QUANTILE = 0.99
"""Of the values that int8 spans; the rest are cut off, so that a few outliers do not coarsen all others."""
OVERSAMPLING = 2.0
"""How many times as many candidates as wanted are compared again by their originals."""

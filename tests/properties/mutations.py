"""What a fuzzer does to a file: bytes flipped, cut, repeated, spliced with another's."""

import random
import struct
from collections.abc import Callable, Sequence

Files = Sequence[bytes]


def mutated(data: bytes, others: Files, chance: random.Random) -> bytes:
    """The data after one to three mutations; others: files whose parts may be spliced in."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        if len(changed) > 8:
            chance.choice(_MUTATIONS)(changed, others, chance)
    return bytes(changed)


def _flip(data: bytearray, others: Files, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _flip_in_head(data: bytearray, others: Files, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 2, 4))):
        data[chance.randrange(4, min(120, len(data)))] = chance.randrange(256)


def _extreme(data: bytearray, others: Files, chance: random.Random) -> None:
    """A size or an offset becomes the largest, the smallest, or negative."""
    width = chance.choice((1, 2, 4, 8))
    start = chance.randrange(4, max(5, len(data) - width))
    value = chance.choice((b"\0" * 8, b"\xff" * 8, b"\x7f" + b"\xff" * 7, b"\x80" + b"\0" * 7))
    data[start : start + width] = value[:width]


def _cut(data: bytearray, others: Files, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _drop(data: bytearray, others: Files, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 4, 60, 1_000))]


def _repeat(data: bytearray, others: Files, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    part = data[start : start + chance.choice((4, 60, 1_000))]
    data[start:start] = part * chance.choice((1, 3, 50))


def _splice(data: bytearray, others: Files, chance: random.Random) -> None:
    other = chance.choice(others)
    start, from_ = chance.randrange(len(data)), chance.randrange(len(other))
    data[start : start + 200] = other[from_ : from_ + chance.choice((20, 200, 5_000))]


def _insert(data: bytearray, others: Files, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = chance.randbytes(chance.choice((1, 8, 300)))


def _swap_sizes(data: bytearray, others: Files, chance: random.Random) -> None:
    """Somewhere stands another number of 16 bits: a width, a count, a length."""
    start = chance.randrange(4, max(5, len(data) - 2))
    order = chance.choice(("<H", ">H"))
    data[start : start + 2] = struct.pack(order, chance.choice((0, 1, 48, 4_096, 30_000, 65_535)))


_MUTATIONS: tuple[Callable[[bytearray, Files, random.Random], None], ...] = (
    _flip,
    _flip_in_head,
    _flip_in_head,
    _extreme,
    _cut,
    _drop,
    _repeat,
    _splice,
    _insert,
    _swap_sizes,
)

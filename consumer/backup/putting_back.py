"""A snapshot's points become a generation again, which is hidden until it is whole."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from secrets import token_hex

from consumer.backup.patience import patiently
from consumer.backup.snapshot_format import SnapshotEnd
from consumer.backup.taking import OnPoints
from consumer.errors import BackupRefused, SnapshotUnusable
from vector_store import AllOf, Collection, Generation, HasId, VectorStore, generation_name
from vector_store.points import Point, UpsertPoints

_EVERYTHING = AllOf(())
_NEVER = HasId(frozenset())
_POINTS_A_WRITE = 500
_CHARACTERS_A_WRITE = 2_000_000
"""Of text in the payloads: a record with `data:` images is as long as thousands of points."""


def describe_restored(of: Generation, *, collection: str, suffix: str | None) -> Generation:
    """The generation to put back: with an incarnation of its own, so that its offsets are its own too.

    It keeps when it was made, from which what the log forgets is reckoned. Raises BackupRefused where the
    snapshot is of another shop.
    """
    plain = generation_name(collection, of.model_version)
    if of.name != plain and not of.name.startswith(f"{plain}-"):
        raise BackupRefused(
            f"the snapshot is of generation {of.name}, which is none of COLLECTION={collection}"
        )
    name = of.name if suffix is None else generation_name(collection, of.model_version, suffix)
    return replace(of, name=name, incarnation=token_hex(4))


def refuse_taken_name(store: VectorStore, generation: Generation) -> None:
    """Raises BackupRefused where a generation has this name."""
    if generation.name in {each.name for each in store.generations()}:
        raise BackupRefused(
            f"generation {generation.name} is there already: --suffix S puts the snapshot back beside it"
        )


def put_back(
    store: VectorStore, generation: Generation, points: Iterable[Point], end: SnapshotEnd, on_points: OnPoints
) -> Collection:
    """The generation with all points, hidden; the caller reveals it, or drops it. Blocks.

    Raises SnapshotUnusable where other points came than the check has counted, StoreError.
    """
    collection = store.create_hidden(generation)
    for some in _batches(points):
        patiently(partial(collection.apply, [UpsertPoints(some, only_over=_NEVER)]))
        on_points(len(some))
    there = patiently(lambda: collection.count(_EVERYTHING))
    if there != end.points:
        raise SnapshotUnusable(f"of the snapshot's {end.points:,} points {there:,} are there after writing")
    return collection


def _batches(points: Iterable[Point]) -> Iterator[tuple[Point, ...]]:
    batch: list[Point] = []
    characters = 0
    for point in points:
        batch.append(point)
        characters += _characters(point.payload)
        if len(batch) >= _POINTS_A_WRITE or characters >= _CHARACTERS_A_WRITE:
            yield tuple(batch)
            batch, characters = [], 0
    if batch:
        yield tuple(batch)


def _characters(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_characters(each) for each in value.values())
    return sum(map(_characters, value)) if isinstance(value, list) else 8

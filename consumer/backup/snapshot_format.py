"""What a snapshot's file holds: lines of JSON, compressed by gzip.

The first line describes, each further one is a point, and the last says how many and gives a digest of all
before it. No engine's own format, so that either engine's snapshot goes back into either, of any release,
sharded as the new place wants it.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import orjson

from vector_store import Generation
from vector_store.points import Point
from vector_store.typed_fields import optional_field, typed_field

FORMAT = "visual-product-search snapshot"
VERSION = 1
_VECTOR = np.dtype("<f4")

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """What a snapshot is of, and where in the log it stands.

    positions: by topic and partition the offset that the group had committed before the first point was read;
    None where it had committed nothing.
    begun_at_ms: when that was. last_written_ms: when a member had last written the index's status before.
    """

    generation: Generation
    positions: Mapping[Partition, int | None]
    begun_at_ms: int
    last_written_ms: int
    service_version: str


@dataclass(frozen=True, slots=True)
class SnapshotEnd:
    """What must have come before. sha256: hexadecimal, of every byte of the lines before this one."""

    records: int
    other_points: int
    sha256: str

    @property
    def points(self) -> int:
        """How many points the snapshot holds."""
        return self.records + self.other_points


def head_to_line(head: SnapshotHead) -> bytes:
    """With its line feed, as the others."""
    positions = [
        {"topic": topic, "partition": partition, "offset": offset}
        for (topic, partition), offset in sorted(head.positions.items())
    ]
    return _line(
        {
            "format": FORMAT,
            "version": VERSION,
            "generation": head.generation.to_json(),
            "positions": positions,
            "begun_at_ms": head.begun_at_ms,
            "last_written_ms": head.last_written_ms,
            "service_version": head.service_version,
        }
    )


def head_from_line(line: bytes) -> SnapshotHead:
    """Raises ValueError, KeyError, TypeError or StoreCorrupt where this is no head of this version."""
    said = _object(line)
    if said.get("format") != FORMAT:
        raise ValueError("it does not call itself a snapshot")
    if (version := typed_field(said, "version", int)) != VERSION:
        raise ValueError(f"its format is version {version}, and this release reads version {VERSION}")
    return SnapshotHead(
        generation=Generation.from_json(typed_field(said, "generation", dict)),
        positions={
            (typed_field(each, "topic", str), typed_field(each, "partition", int)): optional_field(
                each, "offset", int
            )
            for each in typed_field(said, "positions", list)
        },
        begun_at_ms=typed_field(said, "begun_at_ms", int),
        last_written_ms=typed_field(said, "last_written_ms", int),
        service_version=typed_field(said, "service_version", str),
    )


def point_to_line(point: Point) -> bytes:
    """A point, with its float32 vector in base64 if it has one."""
    vector = (
        {} if point.vector is None else {"vector": b64encode(point.vector.astype(_VECTOR).tobytes()).decode()}
    )
    return _line({"id": point.id, "payload": point.payload, **vector})


def end_to_line(end: SnapshotEnd) -> bytes:
    return _line({"records": end.records, "other_points": end.other_points, "sha256": end.sha256})


def point_or_end(line: bytes) -> Point | SnapshotEnd:
    """What a line after the first says. Raises ValueError, KeyError or TypeError where it says nothing."""
    said = _object(line)
    if "sha256" in said:
        return SnapshotEnd(
            typed_field(said, "records", int),
            typed_field(said, "other_points", int),
            typed_field(said, "sha256", str),
        )
    vector = optional_field(said, "vector", str)
    return Point(
        typed_field(said, "id", str),
        typed_field(said, "payload", dict),
        None if vector is None else np.frombuffer(b64decode(vector, validate=True), _VECTOR),
    )


def _line(said: Mapping[str, object]) -> bytes:
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


def _object(line: bytes) -> Mapping[str, object]:
    said = orjson.loads(line)
    if not isinstance(said, dict):
        raise TypeError("a line is no JSON object")
    return said

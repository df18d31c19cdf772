"""How far the building of a generation is, kept with the generation: what an interrupted build goes on from.

Several builders of one generation agree by it. It is made where there is none and replaced only as it was
read, so one of them decides where the new group starts, and all of them start it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from vector_store import Collection, Equals, StoreCorrupt
from vector_store.conditions import AllOf, Condition
from vector_store.points import KIND_STATUS, Payload, Point, UpsertPoints
from vector_store.typed_fields import optional_field, typed_field

BUILD_POINT_ID = "0b6a6f5e-9f0a-4c57-9d0e-6f1f2a7c4d21"
"""A version 4 UUID, which no product's or image's point can have."""

_NEVER = Equals("kind", "nothing is of this kind")
Partition = tuple[str, int]


class BuildSource(StrEnum):
    """What a generation is built from."""

    LOG = "log"
    RECORDS = "records"
    """The promoted generation's records, and the log from where that one stood."""


@dataclass(frozen=True, slots=True)
class BuildMark:
    """One build of a generation.

    turn: how often the copying of records had to begin anew.
    copied_from: incarnation of the generation whose records are copied.
    starts: by topic and partition the offset that the new group starts at.
    copied_to: id of the first record that is not known to be copied; None: none is.
    finished: whether there is nothing left to copy.
    """

    source: BuildSource
    finished: bool
    turn: int = 0
    copied_from: str | None = None
    starts: Mapping[Partition, int] | None = None
    copied_to: str | None = None

    def copied_up_to(self, record_id: str) -> "BuildMark":
        """With every record below this id copied."""
        return replace(self, copied_to=record_id)

    def with_all_copied(self) -> "BuildMark":
        """With nothing left to copy."""
        return replace(self, finished=True, copied_to=None)


class BuildMarks:
    """Reads and moves the mark of one generation. Blocks and raises as its Collection does."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def read(self) -> BuildMark | None:
        """The mark, or None where no build began: it was made in another way. Raises StoreCorrupt."""
        point = self._collection.retrieve([BUILD_POINT_ID]).get(BUILD_POINT_ID)
        return None if point is None else _from_payload(point.payload)

    def begin(self, mark: BuildMark) -> BuildMark:
        """Write the first mark; returns the one that is there then, which may be another builder's."""
        return self._write(mark, _NEVER)

    def begin_again(self, mark: BuildMark, instead_of: BuildMark) -> BuildMark:
        """Begin the next turn in place of this mark's; returns the mark that is there then."""
        following = replace(mark, turn=instead_of.turn + 1)
        return self._write(following, Equals("turn", instead_of.turn))

    def move(self, mark: BuildMark) -> BuildMark:
        """Note how far this turn is, while it is not finished; returns the mark that is there then."""
        as_read = AllOf((Equals("turn", mark.turn), Equals("finished", False)))
        return self._write(mark, as_read)

    def _write(self, mark: BuildMark, only_over: Condition) -> BuildMark:
        self._collection.apply([UpsertPoints((Point(BUILD_POINT_ID, _to_payload(mark)),), only_over)])
        found = self.read()
        if found is None:
            raise StoreCorrupt("a generation's build mark was written and is not there")
        return found


def is_half_copied(collection: Collection) -> bool:
    """Whether records are still to be copied into this generation: its group's offsets say nothing yet."""
    mark = BuildMarks(collection).read()
    return mark is not None and not mark.finished


def _to_payload(mark: BuildMark) -> Payload:
    starts = None
    if mark.starts is not None:
        starts = [
            {"topic": topic, "partition": partition, "offset": offset}
            for (topic, partition), offset in sorted(mark.starts.items())
        ]
    return {
        "kind": KIND_STATUS,
        "turn": mark.turn,
        "finished": mark.finished,
        "build": {
            "source": mark.source.value,
            "copied_from": mark.copied_from,
            "starts": starts,
            "copied_to": mark.copied_to,
        },
    }


def _from_payload(payload: Payload) -> BuildMark:
    try:
        build = typed_field(payload, "build", dict)
        starts = optional_field(build, "starts", list)
        return BuildMark(
            source=BuildSource(typed_field(build, "source", str)),
            finished=typed_field(payload, "finished", bool),
            turn=typed_field(payload, "turn", int),
            copied_from=optional_field(build, "copied_from", str),
            starts=None
            if starts is None
            else {
                (typed_field(each, "topic", str), typed_field(each, "partition", int)): typed_field(
                    each, "offset", int
                )
                for each in starts
            },
            copied_to=optional_field(build, "copied_to", str),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreCorrupt(f"a generation's build mark is not readable: {error}") from error

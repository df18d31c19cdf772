"""What no step of the protocol does: points get lost, by a disk, a hand or a bug; why there is an audit."""

from collections.abc import Iterator, Mapping

from tests.properties.explorer.engine import Engine
from tests.properties.explorer.scope import Scope
from tests.properties.explorer.shop_log import url_of
from vector_store import HasId, ProductRecord
from vector_store.identity import image_point_uuid
from vector_store.points import DeletePoints, Point

_NONE: Mapping[str, frozenset[str]] = {}


class Damage:
    """Loses points of the scope's damaged images, and tells what of an index is damaged."""

    def __init__(self, scope: Scope, engine: Engine) -> None:
        self._keys = frozenset(map(url_of, scope.damaged))
        self._attempts = scope.damaged_attempts
        self._engine = engine
        self._steps: dict[int, tuple[int, ...]] = {}
        self._lost: dict[int, Mapping[str, frozenset[str]]] = {}
        self._unsound: dict[int, Mapping[str, frozenset[str]]] = {}

    def steps(self, contents: int) -> tuple[int, ...]:
        """The contents that may be left: one point fewer, each of an image that a record lists."""
        if not self._keys:
            return ()
        if contents not in self._steps:
            self._steps[contents] = tuple(self._losses(contents))
        return self._steps[contents]

    def may_lack(self, keys: frozenset[str]) -> frozenset[str]:
        """Those of these images whose points may be lost without a step of the protocol."""
        return keys & self._keys

    def lost(self, contents: int) -> Mapping[str, frozenset[str]]:
        """By product the damaged images that its record lists and that have no point."""
        if not self._keys:
            return _NONE
        if contents not in self._lost:
            self._lost[contents] = self._without_points(contents, of_its_state=False)
        return self._lost[contents]

    def unsound(self, contents: int) -> Mapping[str, frozenset[str]]:
        """The same, with those that have but a point of an earlier state."""
        if not self._keys:
            return _NONE
        if contents not in self._unsound:
            self._unsound[contents] = self._without_points(contents, of_its_state=True)
        return self._unsound[contents]

    def _losses(self, contents: int) -> Iterator[int]:
        lost = self.lost(contents)
        for record in self._records(contents):
            if record.stamp.attempt < self._attempts:
                for key in sorted(self._listed(record) - lost[record.product_id]):
                    gone = DeletePoints(HasId(frozenset({image_point_uuid(record.product_id, key)})))
                    yield self._engine.land(contents, self._engine.operations.of(gone))

    def _without_points(self, contents: int, *, of_its_state: bool) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for record in self._records(contents):
            points = self._engine.images_of(record.id, contents)
            there = {
                point.payload["image_key"]
                for point in points
                if not of_its_state or not _is_earlier(point, record)
            }
            found[record.product_id] = self._listed(record) - there
        return found

    def _listed(self, record: ProductRecord) -> frozenset[str]:
        return frozenset(key for key in self._keys if record.lists_as_indexed(key))

    def _records(self, contents: int) -> list[ProductRecord]:
        return list(self._engine.records(self._engine.record_set(contents)).values())


def _is_earlier(point: Point, record: ProductRecord) -> bool:
    revision, tie = point.payload["revision"], point.payload["tie"]
    assert isinstance(revision, int)
    assert isinstance(tie, int)
    return (revision, tie) < (record.stamp.revision, record.stamp.tie)

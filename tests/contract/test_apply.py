"""Several operations in one call: their order, and that a refused call applies nothing."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.samples import DIMENSION, EVERYTHING, NOTHING, empty, insert, number_id, stored, vector_of
from vector_store import Collection, Condition, Equals, InvalidPayload, InvalidVector, Range
from vector_store.conditions import matches
from vector_store.points import DeletePoints, Operation, Point, UpsertPoints

settled = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

guards: st.SearchStrategy[Condition] = st.one_of(
    st.just(EVERYTHING), st.just(NOTHING), st.builds(Range, st.just("revision"), lt=st.integers(0, 4))
)
points: st.SearchStrategy[Point] = st.builds(
    lambda number, revision: Point(number_id(number), {"revision": revision}),
    st.integers(0, 3),
    st.integers(0, 4),
)
operations: st.SearchStrategy[list[Operation]] = st.lists(
    st.builds(UpsertPoints, st.lists(points, max_size=3, unique_by=lambda p: p.id).map(tuple), guards)
    | st.builds(DeletePoints, guards | st.builds(Equals, st.just("revision"), st.integers(0, 4))),
    max_size=12,
)


def fold(operations: list[Operation]) -> dict[str, dict[str, object]]:
    """What there must be after these, one by one, on an empty collection."""
    there: dict[str, dict[str, object]] = {}
    for operation in operations:
        if isinstance(operation, DeletePoints):
            there = {
                each: payload
                for each, payload in there.items()
                if not matches(operation.where, payload, each)
            }
        else:
            for point in operation.points:
                if point.id not in there or matches(operation.only_over, there[point.id], point.id):
                    there[point.id] = dict(point.payload)
    return there


@settled
@given(operations)
def test_operations_take_effect_in_their_order(collection: Collection, operations: list[Operation]) -> None:
    """The outcome of a call is that of its operations one after the other, inserts after deletes included."""
    empty(collection)
    collection.apply(operations)
    assert stored(collection) == fold(operations)


def test_a_call_with_nothing_to_do_is_fine(collection: Collection) -> None:
    """No operations, and an upsert of no points, change nothing."""
    insert(collection, [Point(number_id(1), {"a": 1})])
    collection.apply([])
    collection.apply([UpsertPoints((), EVERYTHING)])
    assert stored(collection) == {number_id(1): {"a": 1}}


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(np.full(DIMENSION, np.nan, np.float32), id="NaN"),
        pytest.param(np.array([np.inf, *[0.0] * (DIMENSION - 1)], np.float32), id="infinite"),
        pytest.param(np.array([-np.inf, *[0.0] * (DIMENSION - 1)], np.float32), id="minus infinite"),
        pytest.param(np.ones(DIMENSION - 1, np.float32), id="short"),
        pytest.param(np.ones(DIMENSION + 1, np.float32), id="long"),
        pytest.param(np.ones((1, DIMENSION), np.float32), id="of two dimensions"),
        pytest.param(np.ones(0, np.float32), id="empty"),
        pytest.param(np.ones(DIMENSION, np.float64), id="of float64"),
    ],
)
def test_a_vector_that_is_none_is_refused_before_anything_is_applied(
    collection: Collection, vector: np.ndarray
) -> None:
    """NaN, infinite and wrong-length vectors reach no engine; nothing before them is applied."""
    insert(collection, [Point(number_id(1), {"a": 1})])
    with pytest.raises(InvalidVector):
        collection.apply(
            [
                DeletePoints(EVERYTHING),
                UpsertPoints((Point(number_id(2), {}, vector_of("fine")),), EVERYTHING),
                UpsertPoints(
                    (Point(number_id(3), {}, vector_of("fine")), Point(number_id(4), {}, vector)), EVERYTHING
                ),
            ]
        )
    with pytest.raises(InvalidVector):
        collection.search(vector, limit=1, hits_per_product=1)
    assert stored(collection) == {number_id(1): {"a": 1}}


@pytest.mark.parametrize(
    "point_id", ["", "a", "7", "0" * 32, "{" + number_id(1) + "}", number_id(10).upper()]
)
def test_an_id_that_is_no_uuid_is_refused_before_anything_is_applied(
    collection: Collection, point_id: str
) -> None:
    """Point ids are UUIDs in one spelling, so that what is written is found again."""
    with pytest.raises(InvalidPayload):
        collection.apply([UpsertPoints((Point(number_id(2), {}), Point(point_id, {})), EVERYTHING)])
    assert stored(collection) == {}

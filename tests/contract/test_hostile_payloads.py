"""Payload values that a shop may send: given back the same, or refused before anything is applied."""

from random import Random

import pytest

from tests.contract.samples import EVERYTHING, insert, number_id, stored
from vector_store import Collection, Equals, InvalidPayload
from vector_store.points import DeletePoints, Point, UpsertPoints
from vector_store.validation import DEEPEST_PAYLOAD


def nested_lists(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = [value]
    return value


def nested_objects(levels: int) -> object:
    value: object = "x"
    for _ in range(levels):
        value = {"k": value}
    return value


HELD = {
    "integer beyond a float": 2**53 + 1,
    "highest integer": 2**63 - 1,
    "lowest integer": -(2**63),
    "float of an integer": 1.0,
    "float beyond an integer": 1e300,
    "smallest float": 5e-324,
    "negative zero": -0.0,
    "true": True,
    "null": None,
    "empty string": "",
    "unicode": "Größe Ⅷ שלום 你好 👗‍🧵",
    "control characters": "\x00\x01\x1f\x7f\u0085\u2028",
    "unpaired direction marks": "\u202e\u2066",
    "highest code point": "\U0010ffff",
    "a megabyte": "ü" * 500_000,
    "emoji keys": {"👗": {"": {"a.b": 1, 'q"': 2, "c[0]": 3}}},
    "empty containers": {"a": [], "b": {}, "c": [[], {}]},
    "mixed list": [1, "1", 1.5, True, None, [], {"a": [1]}],
    "many keys": {f"k{n}": n for n in range(2_000)},
    "deepest lists": nested_lists(DEEPEST_PAYLOAD - 1),
    "deepest objects": nested_objects(DEEPEST_PAYLOAD - 1),
}

REFUSED = {
    "NaN": float("nan"),
    "infinite": float("inf"),
    "NaN inside": {"a": [1.0, float("nan")]},
    "lone surrogate": "a\ud800b",
    "lone surrogate in a key": {"\udfff": 1},
    "integer above 64 bits": 2**63,
    "integer below 64 bits": -(2**63) - 1,
    "huge integer": 10**400,
    "key that is no string": {1: 1},
    "bytes": b"a",
    "set": {1},
    "lists too deep": nested_lists(DEEPEST_PAYLOAD),
    "objects too deep": nested_objects(DEEPEST_PAYLOAD),
    "lists far too deep": nested_lists(500),
}


@pytest.mark.parametrize("value", HELD.values(), ids=HELD.keys())
def test_a_value_comes_back_the_same(collection: Collection, value: object) -> None:
    """What is held is given back equal and of the same type, by id and by scroll."""
    insert(collection, [Point(number_id(1), {"value": value, "kind": "record"})])
    found = [
        collection.retrieve([number_id(1)])[number_id(1)].payload["value"],
        collection.scroll(Equals("kind", "record"), limit=1).points[0].payload["value"],
    ]
    assert [repr(each) for each in found] == [repr(value)] * 2 or found == [value] * 2
    assert {type(each) for each in found} == {type(value)}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_a_value_that_no_engine_can_hold_is_refused_before_anything_is_applied(
    collection: Collection, value: object
) -> None:
    """The error is one line; what was there stays, and the collection goes on working."""
    insert(collection, [Point(number_id(1), {"a": 1})])
    with pytest.raises(InvalidPayload) as caught:
        collection.apply(
            [
                DeletePoints(EVERYTHING),
                UpsertPoints((Point(number_id(2), {"a": {"value": value}}),), EVERYTHING),
            ]
        )
    assert len(str(caught.value).splitlines()) == 1
    assert stored(collection) == {number_id(1): {"a": 1}}


def test_a_float_comes_back_as_the_same_or_its_neighbour(collection: Collection) -> None:
    """Up to 15 significant digits a number comes back exactly; beyond, engines may be off by the last bit."""
    random = Random(1)
    prices = [round(random.uniform(0, 100_000), 2) for _ in range(300)]
    others = [random.uniform(-1, 1) * 10 ** random.randint(-200, 200) for _ in range(300)]
    insert(collection, [Point(number_id(n), {"v": value}) for n, value in enumerate(prices + others)])
    found = [payload["v"] for _, payload in sorted(stored(collection).items())]
    assert found[:300] == prices
    assert found[300:] == pytest.approx(others, rel=4e-16)


def test_a_tuple_comes_back_as_a_list(collection: Collection) -> None:
    """Payloads are JSON: a tuple is a list."""
    insert(collection, [Point(number_id(1), {"value": (1, (2, "a"))})])
    assert stored(collection)[number_id(1)] == {"value": [1, [2, "a"]]}


def test_a_payload_is_nobodys_but_the_stores(collection: Collection) -> None:
    """Changing a payload after it was written, or one that was read, changes nothing that is stored."""
    given: dict[str, object] = {"list": [1]}
    insert(collection, [Point(number_id(1), given)])
    given["list"] = "changed"
    read = collection.retrieve([number_id(1)])[number_id(1)].payload
    assert isinstance(read["list"], list)
    read["list"].append(2)
    assert stored(collection) == {number_id(1): {"list": [1]}}

"""Answers of the search API, whatever is asked: held against what the shop said."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search_api.app import create_app
from tests.contract.memory_store import MemoryStore
from tests.unit.search_api.shop import Colour, product_write, promoted_index, shop_parts, shop_settings
from vector_store import ProductWrite
from vector_store.edge import EdgeStore

PRODUCTS = 60
CATEGORIES, COLOURS, SIZES = ["shirt", "dress", "socks"], ["red", "blue", "green", "white"], [36, 38, 40]

# Few, so that many products have the same score.
PICTURES: list[Colour] = [
    (230, 30, 30),
    (120, 30, 30),
    (30, 230, 30),
    (30, 30, 230),
    (230, 230, 30),
    (30, 30, 30),
]


def a_shop() -> list[ProductWrite]:
    """The same in every run: some sold out, some without a price, some deleted, some without a picture."""
    random = Random(8)
    writes = []
    for number in range(PRODUCTS):
        said: dict[str, Any] = {
            "category": random.choice(CATEGORIES),
            "shop_attributes": {
                "colour": random.sample(COLOURS, random.randint(0, 3)),
                "size": random.choice(SIZES),
            },
        }
        if random.random() < 0.8:
            said |= {"price": random.choice([10, 19.5, 40.0]), "in_stock": random.random() < 0.5}
        # Few colours, so that many products have the same score.
        picture: Colour = random.choice(PICTURES)
        images = {f"{number}": picture} if random.random() < 0.9 else {}
        revision = 3 if random.random() < 0.1 else 2
        name = f"p{number:02}"
        writes.append(product_write(name, {} if revision == 3 else images, revision=revision, **said))
    return writes


SHOP = a_shop()
SHOWN: Mapping[str, Mapping[str, Any]] = {
    write.record.product_id: write.record.product
    for write in SHOP
    if write.record.product is not None and write.points
}
"""What each product that can be found is, as the shop said it."""
IDS = sorted(SHOWN)
PICTURE_OF = {write.record.product_id: write.points[0].vector.tobytes() for write in SHOP if write.points}


@pytest.fixture(scope="module", params=["memory", "edge"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("answers")
    with closing(MemoryStore() if request.param == "memory" else EdgeStore(folder)) as store:
        promoted_index(store).write(SHOP)
        yield create_app(shop_parts(store), shop_settings(Path("x"), search_api_rate_limit="")).test_client()


def some(values: list[Any]) -> st.SearchStrategy[Any]:
    """A value, or a list of some."""
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3)


def of(values: list[Any]) -> st.SearchStrategy[Any]:
    """What may be asked of a field: a value, several, or an object of any, all and not."""
    quantified = st.fixed_dictionaries({}, optional={name: some(values) for name in ("any", "all", "not")})
    return some(values) | quantified.filter(bool)


BOUNDS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([5, 10, 19.5, 30, 40]) for name in ("gt", "gte", "lt", "lte")}
).filter(bool)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "category": of([*CATEGORIES, "hat"]),
        "colour": of(COLOURS),
        "size": of(SIZES),
        "in_stock": of([True, False]),
        "price": of([10, 19.5, 40.0]) | BOUNDS | st.builds(dict, BOUNDS, **{"not": some([10, 40.0])}),
    },
)
SUBJECTS = st.one_of(
    st.builds(lambda each: {"product_id": each}, st.sampled_from(IDS)),
    st.builds(
        lambda ids, likes: {"like": ids[:likes], "unlike": ids[likes:]},
        st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True),
        st.integers(0, 4),
    ),
)


def satisfies(product: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
    return all(_field_satisfies(_values_of(product, name), asked) for name, asked in filters.items())


def _values_of(product: Mapping[str, Any], name: str) -> list[Any]:
    value = product["attributes"].get(name) if name in {"colour", "size"} else product.get(name)
    return value if isinstance(value, list) else [] if value is None else [value]


def _field_satisfies(values: list[Any], asked: Any) -> bool:
    if not isinstance(asked, dict):
        return any(each in _listed(asked) for each in values)
    bounds = {
        "gt": lambda one, other: one > other,
        "gte": lambda one, other: one >= other,
        "lt": lambda one, other: one < other,
        "lte": lambda one, other: one <= other,
    }
    within = {name: value for name, value in asked.items() if name in bounds}
    return (
        ("any" not in asked or any(each in _listed(asked["any"]) for each in values))
        and ("all" not in asked or all(each in values for each in _listed(asked["all"])))
        and ("not" not in asked or not any(each in _listed(asked["not"]) for each in values))
        and (not within or any(all(bounds[n](each, v) for n, v in within.items()) for each in values))
    )


def _listed(asked: Any) -> list[Any]:
    return asked if isinstance(asked, list) else [asked]


def hits_of(client: FlaskClient, asked: Mapping[str, Any]) -> list[tuple[str, float]]:
    answer = client.post("/find_similar", json=asked)
    assert answer.status_code == 200, answer.text
    return [(hit["product"]["id"], hit["score"]) for hit in answer.get_json()["hits"]]


ASKED = st.builds(
    lambda subject, **shaping: {**subject, **shaping},
    SUBJECTS,
    filters=FILTERS,
    exclude=st.lists(st.sampled_from(IDS), max_size=10),
    relative_threshold=st.none() | st.floats(0, 1),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=ASKED, size=st.integers(4, 30))
def test_an_answer_is_what_was_asked(client: FlaskClient, asked: dict[str, Any], size: int) -> None:
    """Every product that satisfies all filters comes once, and no other, best first, ties by product id.

    Neither those that ask or are examples, nor excluded or deleted ones; page by page the same as at once.
    """
    whole = hits_of(client, {**asked, "limit": 200})
    left_out = {asked.get("product_id"), *asked.get("like", []), *asked.get("unlike", []), *asked["exclude"]}
    expected = {name for name in IDS if name not in left_out and satisfies(SHOWN[name], asked["filters"])}
    found = [name for name, _ in whole]
    assert len(set(found)) == len(found)
    if (fraction := asked["relative_threshold"]) is None:
        assert set(found) == expected
    else:
        assert set(found) <= expected
        # Scores are rounded to be shown.
        assert not whole or whole[0][1] <= 0 or whole[-1][1] >= fraction * whole[0][1] - 2e-6
    assert [score for _, score in whole] == sorted((score for _, score in whole), reverse=True)
    for picture in set(PICTURE_OF.values()):
        same = [name for name in found if PICTURE_OF[name] == picture]
        assert same == sorted(same)
    pages = [
        hit
        for offset in range(0, len(whole) + 1, size)
        for hit in hits_of(client, {**asked, "limit": size, "offset": offset})
    ]
    assert pages == whole

"""The engines agree, hit by hit, up to the order of equal scores."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from tests.contract.engines import ENGINES
from tests.contract.samples import ATTRIBUTES, DIMENSION, a_generation, a_record, insert
from vector_store import (
    AllOf,
    AnyOf,
    Collection,
    Condition,
    Equals,
    ImagePoint,
    Not,
    OneOf,
    ProductIndex,
    ProductWrite,
    Range,
    Stamp,
)
from vector_store.filterable import filterable_part
from vector_store.points import Candidate, Vector

CATEGORIES = ("shirt", "hat", "shoe")
COLOURS = ("red", "blue", "green")


def a_vector(random: Random) -> Vector:
    vector = np.array([random.gauss(0, 1) for _ in range(DIMENSION)])
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def a_product(random: Random, number: int) -> ProductWrite:
    data: dict[str, Any] = {
        "category": random.choice(CATEGORIES),
        "price": random.choice([9, 9.5, 20.0, 75.25]),
        "in_stock": random.random() < 0.7,
        "attributes": {
            "colour": random.sample(COLOURS, random.randint(0, 2)),
            "sizes": random.sample([36, 38, 40, 42], 2),
            "weight": round(random.uniform(0, 2), 3),
            "organic": random.random() < 0.5,
            "fit (EU)": random.choice(["slim", "loose"]),
        },
    }
    keys = [f"{number}-{n}.jpg" for n in range(random.randint(1, 12))]
    record = a_record(
        f"p{number}", Stamp(2 * random.randint(1, 9), random.randint(0, 9)), indexed=keys, **data
    )
    return ProductWrite(
        record,
        tuple(
            ImagePoint(
                record.product_id, key, a_vector(random), record.stamp, filterable_part(data, ATTRIBUTES)
            )
            for key in keys
        ),
    )


CONDITIONS: list[Condition | None] = [
    None,
    Equals("category", "shirt"),
    Equals("in_stock", True),
    Not(Equals("in_stock", True)),
    OneOf("attributes.colour", ("red", "blue")),
    Not(OneOf("attributes.colour", COLOURS)),
    Range("price", gte=9.5, lt=75.25),
    Range("attributes.sizes", gt=38, lte=40),
    AnyOf((Equals("attributes.fit (EU)", "slim"), Range("attributes.weight", lt=0.5))),
    AllOf((Equals("attributes.organic", False), Not(Range("price", gt=20)))),
    Equals("category", "coat"),
]


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Collection]]:
    """The same data in each engine: products written twice in two orders, and points that no record lists."""
    random = Random(20261123)
    writes = [a_product(random, number) for number in range(50)]
    orphans = [
        ImagePoint(f"ghost{n}", "x.jpg", a_vector(random), Stamp(2, 0), {"category": "shirt"}).to_point()
        for n in range(10)
    ]
    with ExitStack() as open_engines:
        made: dict[str, Collection] = {}
        for name, engine_of in ENGINES.items():
            engine = open_engines.enter_context(closing(engine_of(tmp_path_factory.mktemp(name))))
            store = open_engines.enter_context(closing(engine.open("agreement")))
            made[name] = store.create(
                a_generation(collection=engine.collection("agreement"), attributes=ATTRIBUTES)
            )
            ProductIndex(made[name]).write(writes)
            ProductIndex(made[name]).write(reversed(writes))
            insert(made[name], orphans)
        yield made


def hits(candidates: list[Candidate]) -> list[tuple[float, str, str, object]]:
    """Each hit with its product and its record, best first and then by id."""
    found = [
        (hit.score, each.product, hit.id, None if each.record is None else each.record["product_id"])
        for each in candidates
        for hit in each.hits
    ]
    return sorted(found, key=lambda hit: (-round(hit[0], 5), hit[2]))


def test_engines_agree_hit_by_hit(collections: dict[str, Collection]) -> None:
    """Random queries, filters and limits get the same hits, records and scores from each engine."""
    random = Random(7)
    expected_hits = 0
    for where, (limit, hits_per_product) in product(CONDITIONS, [(1, 1), (5, 2), (20, 8), (200, 50)]):
        query = a_vector(random)
        answers = {
            name: hits(each.search(query, limit=limit, hits_per_product=hits_per_product, where=where))
            for name, each in collections.items()
        }
        reference = answers["memory"]
        expected_hits += len(reference)
        for name, answer in answers.items():
            assert [hit[1:] for hit in answer] == [hit[1:] for hit in reference], (name, where, limit)
            assert [hit[0] for hit in answer] == pytest.approx([hit[0] for hit in reference], abs=1e-5)
    assert expected_hits > 500


def test_engines_agree_on_what_they_hold(collections: dict[str, Collection]) -> None:
    """Payloads and vectors are the same in each, and so are counts."""
    everything = AllOf(())
    held = {
        name: each.scroll(everything, limit=10_000, with_vectors=True).points
        for name, each in collections.items()
    }
    for name, points in held.items():
        assert [(each.id, each.payload) for each in points] == [
            (each.id, each.payload) for each in held["memory"]
        ]
        for mine, reference in zip(points, held["memory"], strict=True):
            assert (mine.vector is None) == (reference.vector is None)
            if mine.vector is not None and reference.vector is not None:
                np.testing.assert_allclose(mine.vector, reference.vector, atol=1e-6)
        for where in (each for each in CONDITIONS if each is not None):
            assert collections[name].count(where) == collections["memory"].count(where), (name, where)

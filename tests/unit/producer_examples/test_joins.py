from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from producer_examples.python.importing.field_names import by_path
from producer_examples.python.importing.joins import Join, join, parse_join

CHANGED = datetime(2026, 11, 25, tzinfo=UTC)
COLLECTIONS: dict[str, list[dict[str, Any]]] = {
    "brands": [{"_id": "b1", "name": "Halden", "updatedAt": CHANGED}, {"_id": "b2", "name": "Aurelle"}],
    "variants": [
        {"_id": "v2", "product": "p1", "price": 2},
        {"_id": "v1", "product": "p1", "price": 1},
        {"_id": "v3", "product": "p2", "price": 3},
    ],
}


def find(collection: str, path: str, ids: Sequence[str]) -> Iterable[dict[str, Any]]:
    for document in COLLECTIONS[collection]:
        found = by_path(document, path)
        if found is not None and found.value in ids:
            yield dict(document)


def test_an_id_gives_way_to_its_document() -> None:
    """One id or a list of them, at the top or within; one that nothing is found for stays, to be dropped."""
    documents: list[dict[str, Any]] = [
        {"_id": "p1", "brand": "b1", "tags": [{"by": "b2"}, {"by": "b9"}]},
        {"_id": "p2", "brand": ["b2", "b9"]},
        {"_id": "p3"},
    ]
    changed = join(documents, [Join("brand", "brands"), Join("tags.by", "brands")], find)
    assert documents[0]["brand"]["name"] == "Halden"
    assert [
        tag["by"] if isinstance(tag["by"], str) else tag["by"]["name"] for tag in documents[0]["tags"]
    ] == [
        "Aurelle",
        "b9",
    ]
    assert [b if isinstance(b, str) else b["name"] for b in documents[1]["brand"]] == ["Aurelle", "b9"]
    assert documents[2] == {"_id": "p3"}
    assert changed == [CHANGED, None, None]


def test_what_points_to_a_product_becomes_its_list() -> None:
    """In the order of their ids, so that the same product always looks the same."""
    documents: list[dict[str, Any]] = [{"_id": "p1"}, {"_id": "p9"}]
    join(documents, [Join("variants", "variants", "product")], find)
    assert [variant["price"] for variant in documents[0]["variants"]] == [1, 2]
    assert documents[1]["variants"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand=brands", Join("brand", "brands")),
        (" images = pictures : product.id ", Join("images", "pictures", "product.id")),
    ],
)
def test_a_join_is_written_in_one_word(text: str, expected: Join) -> None:
    """field=collection, or field=collection:path."""
    assert parse_join(text) == expected


@pytest.mark.parametrize("text", ["", "brand", "=brands", "brand=", "brand=brands:"])
def test_half_a_join_is_none(text: str) -> None:
    """What lacks a part is refused."""
    with pytest.raises(ValueError, match="neither field=collection nor"):
        parse_join(text)

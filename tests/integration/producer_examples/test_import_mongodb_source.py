"""The MongoDB source by itself."""

from collections.abc import Iterator
from secrets import token_hex
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, ObjectId
from pymongo.collection import Collection

from producer_examples.python.importing.mongodb_source import MongoSource
from producer_examples.python.importing.plain_values import identifier
from producer_examples.python.importing.source import SourceError
from tests.integration.producer_examples.shop_mongodb import mongodb, opened_shop, shop_uri

__all__ = ["mongodb"]

Products = Collection[dict[str, Any]]


@pytest.fixture
def products(mongodb: str) -> Iterator[Products]:
    with opened_shop(mongodb) as shop:
        yield shop[f"products_{token_hex(4)}"]


@pytest.fixture
def source(mongodb: str, products: Products) -> Iterator[MongoSource]:
    opened = MongoSource(shop_uri(mongodb), products.name)
    yield opened
    opened.close()


def test_products_are_read_again_by_any_kind_of_id(source: MongoSource, products: Products) -> None:
    """Object ids, texts, integers and UUIDs are found by their text; what is gone is left out."""
    ids: list[Any] = [ObjectId(), "text", 17, Binary.from_uuid(UUID(int=7))]
    products.insert_many([{"_id": id_, "name": "x"} for id_ in ids])
    read = list(source.documents())
    assert len(read) == source.count() == 4
    texts = [str(ids[0]), "text", "17", str(UUID(int=7))]
    products.delete_one({"_id": "text"})
    again = source.reread([*texts, "never"])
    found = {identifier(document.content["_id"]) for document in again}
    assert found == {texts[0], texts[2], texts[3]}


@pytest.mark.parametrize("held", [None, 3])
def test_a_version_is_raised_only_over_the_one_that_was_seen(
    source: MongoSource, products: Products, held: int | None
) -> None:
    """A change beside it is never overwritten, whether there was a version or none."""
    products.insert_one({"_id": "p", "name": "x", **({} if held is None else {"version": held})})
    assert source.raise_version("p", path="version", seen=held, to=9)
    assert not source.raise_version("p", path="version", seen=held, to=20)
    [document] = source.reread(["p"])
    assert document.content["version"] == 9
    assert document.content["name"] == "x"


def test_a_database_may_be_named_beside_the_uri(mongodb: str) -> None:
    """The URI's own counts before it; without either nothing is guessed."""
    bare = shop_uri(mongodb).replace("/shop?", "/?")
    with pytest.raises(SourceError, match="names no database"):
        MongoSource(bare, "products")
    opened = MongoSource(bare, "products", database="shop")
    opened.close()
    assert opened.description.endswith("/shop.products")

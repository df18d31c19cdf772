from pathlib import Path

import pytest

from product_events import EventPolicy, OrderKind, RawMessage, decode_event, encode_event
from standalone.catalogue import read_catalogue
from standalone.errors import CatalogueMissing

BASE = "http://127.0.0.1:8001/"


def test_the_sample_catalogue_is_what_the_consumer_takes() -> None:
    """Every product of the catalogue makes an event that decodes, with photos that are there."""
    catalogue = read_catalogue()
    policy = EventPolicy(order_kind=OrderKind.TIME)
    photos = {BASE + f"images/{path.name}" for path in catalogue.photos.iterdir()}
    found = []
    for data in catalogue.events(BASE):
        event = encode_event("product.created", data, source="/test")
        change = decode_event(RawMessage("t", 0, 0, 4_000_000_000_000, event.key, event.value), policy)
        assert change.product is not None
        found += [image.url for image in change.product.images]
    assert len(found) == catalogue.image_count
    assert set(found) == catalogue.image_urls(BASE)
    assert set(found) <= photos
    assert len(set(catalogue.product_ids)) == len(catalogue.products)


def test_the_digest_tells_what_was_indexed_from_what_is_wanted() -> None:
    """The same catalogue under the same URLs has the same digest, another base another one."""
    catalogue = read_catalogue()
    assert catalogue.digest(BASE) == read_catalogue().digest(BASE)
    assert catalogue.digest(BASE) != catalogue.digest("http://127.0.0.1:8002/")


def test_the_example_is_one_that_can_be_found() -> None:
    """What is proposed to be tried can be tried, also when somebody has deleted the first choice."""
    catalogue = read_catalogue()
    left = set(catalogue.product_ids)
    first = catalogue.example(left)
    assert first is not None
    assert (catalogue.folder / first["images"][0]["url"]).is_file()
    left.remove(first["id"])
    second = catalogue.example(left)
    assert second is not None
    assert second["id"] != first["id"]
    assert catalogue.example({catalogue.product_ids[0]}) == catalogue.products[0]
    assert catalogue.example(()) is None


@pytest.mark.parametrize("text", [None, "{"])
def test_a_missing_catalogue_is_one_line(tmp_path: Path, text: str | None) -> None:
    """Half a checkout is said so."""
    if text is not None:
        (tmp_path / "products.jsonl").write_text(text)
    with pytest.raises(CatalogueMissing, match="checkout"):
        read_catalogue(tmp_path)

"""How every case ends: the index equals F, every event is accounted for, and everything is committed."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from product_events import RawMessage
from tests.chaos.album import Album
from tests.chaos.fold import Position, Said, fold, said_by
from tests.chaos.shown import Shown, shown_by
from tests.integration.consumer.conftest import Shop
from tests.services.dead_letter_reading import ReadLetter, read_dead_letters
from tests.services.topic_reading import read_topics
from vector_store import ProductIndex, VectorStore


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a log. letters: dead letters, each (position, image) once; repeated: the others."""

    messages: int
    products: int
    letters: int
    repeated: int


def judge(
    shop: Shop, store: VectorStore, album: Album, *, refused: Mapping[str, str] | None = None
) -> Account:
    """Compare the index with the log. Fails with what differs.

    album: what every URL shows that can be fetched in the end; it alone says which are indexed.
    refused: by URL, the class of the dead letter of each image that fails for good.
    """
    refused = refused or {}
    log = read_topics(shop.bootstrap_servers, shop.topics)
    said = {_position(message): said_by(message) for message in log}
    standing = fold(each for each in said.values() if each is not None)
    name = store.promoted()
    assert name is not None
    shown = shown_by(ProductIndex(store.open(name)), album)
    expected = {product_id: expected_of(each, album) for product_id, each in standing.items()}
    differing = sorted(p for p in expected.keys() | shown.keys() if expected.get(p) != shown.get(p))
    assert not differing, _describe(differing[0], expected, shown, len(differing))
    letters = read_dead_letters(shop.bootstrap_servers, shop.dead_letters)
    account_for_letters(letters, said, standing, refused)
    shop.wait_until_done(store, timeout_seconds=30)
    distinct = {(letter.position, letter.fields.get("dl_image_url")) for letter in letters}
    return Account(len(log), len(standing), len(distinct), len(letters) - len(distinct))


def expected_of(said: Said, album: Album) -> Shown:
    """What an index must show of a product for which this event stands."""
    carried: dict[str, Any] = {"revision": said.revision, "tie": said.tie}
    fields = None
    if said.data is not None:
        narrowing = ("category", "brand", "price", "in_stock")
        carried |= {name: said.data[name] for name in narrowing if name in said.data}
        fields = {name: said.data[name] for name in ("name", *narrowing) if name in said.data}
    urls = [url for url in said.images if url in album.shows]
    return Shown(
        revision=said.revision,
        tie=said.tie,
        live=said.data is not None,
        fields=fields,
        found=frozenset((url, album.shows[url]) for url in urls),
        points=dict.fromkeys(urls, carried),
        pending=frozenset(),
    )


def account_for_letters(
    letters: list[ReadLetter],
    said: Mapping[Position, Said | None],
    standing: Mapping[str, Said],
    refused: Mapping[str, str],
) -> None:
    """Every dead letter is explained, and none is missing that the log and the images ask for."""
    of_events = {letter.position for letter in letters if "dl_image_url" not in letter.fields}
    unusable = {position for position, each in said.items() if each is None}
    assert of_events == unusable, f"unexplained: {of_events - unusable}, missing: {unusable - of_events}"
    of_images = {
        (letter.position, letter.fields["dl_image_url"], letter.error_class)
        for letter in letters
        if "dl_image_url" in letter.fields
    }
    explained = _image_letters(said.values(), refused)
    assert of_images <= explained, f"unexplained: {of_images - explained}"
    due = _image_letters(standing.values(), refused)
    missing = {(url, kind) for _, url, kind in due - of_images}
    # A duplicate of the event that stands may have been the one that was worked on.
    covered = {
        (url, kind)
        for position, url, kind in of_images
        for each in (said[position],)
        if each is not None and _stands(each, standing)
    }
    assert missing <= covered, f"no dead letter for {missing - covered}"


def _stands(said: Said, standing: Mapping[str, Said]) -> bool:
    best = standing[said.product_id]
    return (said.revision, said.tie) == (best.revision, best.tie)


def _image_letters(
    said: Iterable[Said | None], refused: Mapping[str, str]
) -> AbstractSet[tuple[Position, str, str]]:
    return {
        (each.position, url, refused[url])
        for each in said
        if each is not None
        for url in each.images
        if url in refused
    }


def _position(message: RawMessage) -> Position:
    return message.topic, message.partition, message.offset


def _describe(
    product_id: str, expected: Mapping[str, Shown], shown: Mapping[str, Shown], differing: int
) -> str:
    return (
        f"{differing} products differ from F; the first, {product_id}:\n"
        f"  F:     {expected.get(product_id)}\n  index: {shown.get(product_id)}"
    )

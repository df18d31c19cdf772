"""How every case ends: the index equals F, every event is accounted for, and everything is committed."""

from collections.abc import Mapping

from product_events import RawMessage
from tests.chaos.accounting import (
    Account,
    account_for_all,
    letters_are_explained,
    no_offset_passes_unfinished_work,
    offsets_are_at_the_end,
    shows_the_fold,
)
from tests.chaos.album import Album
from tests.chaos.fold import Position, fold, said_by
from tests.chaos.shown import shown_by
from tests.integration.consumer.conftest import Shop
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.group_progress import group_of_store
from tests.services.topic_reading import read_topics
from vector_store import ProductIndex, VectorStore

_LAST_COMMIT_SECONDS = 30


def judge(
    shop: Shop, store: VectorStore, album: Album, *, refused: Mapping[str, str] | None = None
) -> Account:
    """Compare the index with the log. Fails with what differs.

    album: what every URL shows that can be fetched in the end; it alone says which are indexed.
    refused: by URL, the class of the dead letter of each image that fails for good.
    """
    shop.wait_until_done(store, timeout_seconds=_LAST_COMMIT_SECONDS)
    group = group_of_store(store)
    assert group is not None
    offsets = shop.progress().standings(group)
    said = {_position(each): said_by(each) for each in read_topics(shop.bootstrap_servers, shop.topics)}
    standing = fold(each for each in said.values() if each is not None)
    shown = shown_by(_promoted(store), album)
    letters = read_dead_letters(shop.bootstrap_servers, shop.dead_letters)
    shows_the_fold(standing, shown, album.shows)
    letters_are_explained(letters, said, standing, refused or {})
    offsets_are_at_the_end(offsets)
    return account_for_all(said, standing, shown, letters)


def judge_midway(shop: Shop, store: VectorStore) -> None:
    """Whatever is committed by now is done. Fails with what is not; may be asked while members work."""
    group = group_of_store(store)
    if group is None:
        return
    # Before all else: what is committed later may be done later.
    offsets = shop.progress().standings(group)
    said = {_position(each): said_by(each) for each in read_topics(shop.bootstrap_servers, shop.topics)}
    stamps = {
        record.product_id: (record.stamp.revision, record.stamp.tie)
        for record in _promoted(store).all_records()
    }
    letters = read_dead_letters(shop.bootstrap_servers, shop.dead_letters)
    aside = {letter.position for letter in letters if "dl_image_url" not in letter.fields}
    no_offset_passes_unfinished_work(offsets, said, stamps, aside)


def _promoted(store: VectorStore) -> ProductIndex:
    name = store.promoted()
    assert name is not None
    return ProductIndex(store.open(name))


def _position(message: RawMessage) -> Position:
    return message.topic, message.partition, message.offset

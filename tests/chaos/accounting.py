"""The judgement itself, on plain values: the log, what the index shows, the dead letters, the offsets.

Each function fails with what is wrong. `verdict` collects the values of a running system.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from tests.chaos.fold import Position, Said
from tests.chaos.shown import Shown
from tests.services.dead_letter_reading import ReadLetter
from tests.services.group_progress import Standing

Partition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Account:
    """What became of a log: every message stands, is superseded, or is unusable.

    stand: those that say what the index says; of duplicates each. letters: dead letters, each
    (position, image) once; repeated: the others.
    """

    stand: int
    superseded: int
    unusable: int
    letters: int
    repeated: int

    @property
    def messages(self) -> int:
        """All of them."""
        return self.stand + self.superseded + self.unusable

    def __str__(self) -> str:
        """The messages, by what became of them."""
        parts = {"stand": self.stand, "superseded": self.superseded, "unusable": self.unusable}
        told = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
        return f"{self.messages} ({told})"


def account_for_all(
    said: Mapping[Position, Said | None],
    standing: Mapping[str, Said],
    shown: Mapping[str, Shown],
    letters: Iterable[ReadLetter],
) -> Account:
    """What became of each message. Fails where one neither shows, nor is outranked, nor is put aside."""
    letters = list(letters)
    aside = {letter.position for letter in letters if "dl_image_url" not in letter.fields}
    stand = superseded = unusable = 0
    for position, each in said.items():
        if each is None:
            assert position in aside, f"{position} is lost: no dead letter"
            unusable += 1
            continue
        seen = shown.get(each.product_id)
        assert seen is not None, f"{position} is lost: nothing is known of {each.product_id}"
        assert (seen.revision, seen.tie) >= (each.revision, each.tie), f"{position} is lost: {seen}"
        if stands(each, standing):
            stand += 1
        else:
            superseded += 1
    distinct = {(letter.position, letter.fields.get("dl_image_url")) for letter in letters}
    return Account(stand, superseded, unusable, len(distinct), len(letters) - len(distinct))


def shows_the_fold(
    standing: Mapping[str, Said], shown: Mapping[str, Shown], pictures: Mapping[str, int]
) -> None:
    """The index shows every product as the event that stands says, and no other.

    pictures: by URL, the picture of each image that can be fetched in the end.
    """
    expected = {product_id: expected_of(each, pictures) for product_id, each in standing.items()}
    differing = sorted(p for p in expected.keys() | shown.keys() if expected.get(p) != shown.get(p))
    assert not differing, _describe(differing[0], expected, shown, len(differing))


def expected_of(said: Said, pictures: Mapping[str, int]) -> Shown:
    """What an index must show of a product for which this event stands."""
    carried: dict[str, Any] = {"revision": said.revision, "tie": said.tie}
    fields = None
    if said.data is not None:
        narrowing = ("category", "brand", "price", "in_stock")
        carried |= {name: said.data[name] for name in narrowing if name in said.data}
        fields = {name: said.data[name] for name in ("name", *narrowing) if name in said.data}
    urls = [url for url in said.images if url in pictures]
    return Shown(
        revision=said.revision,
        tie=said.tie,
        live=said.data is not None,
        fields=fields,
        found=frozenset((url, pictures[url]) for url in urls),
        points=dict.fromkeys(urls, carried),
        pending=frozenset(),
    )


def letters_are_explained(
    letters: Iterable[ReadLetter],
    said: Mapping[Position, Said | None],
    standing: Mapping[str, Said],
    refused: Mapping[str, str],
) -> None:
    """Every dead letter is explained, and none is missing that the log and the images ask for.

    refused: by URL, the class of the dead letter of each image that fails for good.
    """
    letters = list(letters)
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
        if each is not None and stands(each, standing)
    }
    assert missing <= covered, f"no dead letter for {missing - covered}"


def offsets_are_at_the_end(offsets: Mapping[Partition, Standing]) -> None:
    """Everything is committed, and nothing that does not exist."""
    elsewhere = {where: each for where, each in offsets.items() if each.committed != each.high}
    assert not elsewhere, f"not at the end: {elsewhere}"


def no_offset_passes_unfinished_work(
    offsets: Mapping[Partition, Standing],
    said: Mapping[Position, Said | None],
    stamps: Mapping[str, tuple[int, int]],
    put_aside: AbstractSet[Position],
) -> None:
    """Whatever is committed is done: its product's record is as high, or it is a dead letter.

    It holds at every moment, if the offsets were read before the rest. stamps: (revision, tie) by product.
    """
    for position, each in said.items():
        topic, partition, offset = position
        if offset >= (offsets[topic, partition].committed or 0):
            continue
        if each is None:
            assert position in put_aside, f"{position} is committed, and is no dead letter"
        else:
            reached = stamps.get(each.product_id)
            done = reached is not None and reached >= (each.revision, each.tie)
            assert done, f"{position} is committed, and its product stands at {reached}: {each}"


def stands(said: Said, standing: Mapping[str, Said]) -> bool:
    """Whether the event, or one that says the same, is its product's last word."""
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


def _describe(
    product_id: str, expected: Mapping[str, Shown], shown: Mapping[str, Shown], differing: int
) -> str:
    return (
        f"{differing} products differ from F; the first, {product_id}:\n"
        f"  F:     {expected.get(product_id)}\n  index: {shown.get(product_id)}"
    )

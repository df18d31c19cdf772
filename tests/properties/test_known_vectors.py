"""A generation that takes the promoted one's vectors ends with the pictures as they are, as if it had not."""

from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from consumer.known_vectors import PromotedVectors
from consumer.steps.decode import DecodedEvent
from tests.contract.memory_store import MemoryStore
from tests.properties.explorer.shop_log import Says, decoded, url_of
from tests.properties.small_consumer import SmallConsumer, small_generation
from vector_store.points import Vector


@dataclass
class Shop:
    """A shop that changes pictures behind their URLs, and says so; and what its log still holds."""

    pictures: dict[str, int] = field(default_factory=lambda: dict.fromkeys("ab", 1))
    log: list[DecodedEvent] = field(default_factory=list)

    def publish(self, images: str, changed: str) -> None:
        """A product's next state; a picture that changed is there before its event."""
        for url in changed:
            self.pictures[url] += 1
        offset = len(self.log)
        event = decoded(Says(order=offset + 1, images=images), 0, offset)
        self.log.append(replace(event, change=replace(event.change, refetch=bool(changed))))

    def picture(self, url: str) -> Vector:
        """float32 [4], of the picture that is there now."""
        [letter] = (letter for letter in self.pictures if url_of(letter) == url)
        vector = np.array([letter == "a", letter == "b", self.pictures[letter], 1], dtype=np.float32)
        return vector / np.float32(np.linalg.norm(vector))


@dataclass
class Reader:
    """A generation's consumer, which reads on from where it is. compacted: offsets that it never sees."""

    consumer: SmallConsumer
    compacted: frozenset[int] = frozenset()
    position: int = 0

    def read(self, log: list[DecodedEvent], most: int | None = None) -> None:
        end = len(log) if most is None else min(len(log), self.position + most)
        batch = [event for event in log[self.position : end] if event.message.offset not in self.compacted]
        self.position = end
        if batch:
            self.consumer.consume(batch)


_publishing = st.tuples(
    st.just("publish"), st.sampled_from(["a", "b", "ab", "a", ""]), st.sampled_from(["", "", "a", "b"])
)
_promoted_reads = st.tuples(st.just("promoted reads"), st.integers(1, 3), st.booleans())
_own_reads = st.tuples(st.just("own reads"), st.integers(1, 3), st.booleans())
_steps = st.one_of(_publishing, _publishing, _promoted_reads, _own_reads)


@given(
    before=st.lists(st.one_of(_publishing, _promoted_reads), max_size=8),
    compacted=st.sets(st.integers(0, 7)),
    after=st.lists(_steps, max_size=10),
    promoted_ends=st.booleans(),
)
# The promoted generation stands before a picture that was downloaded anew, and compaction has removed that.
@example(
    before=[("publish", "a", ""), ("promoted reads", 1, True), ("publish", "a", "a"), ("publish", "a", "")],
    compacted={0, 1},
    after=[],
    promoted_ends=False,
)
def test_a_new_generation_ends_with_the_pictures_as_they_are(
    before: list[tuple[str, object, object]],
    compacted: set[int],
    after: list[tuple[str, object, object]],
    promoted_ends: bool,
) -> None:
    """However far the promoted generation has read, what compaction removed, and what fails for now."""
    shop, store = Shop(), MemoryStore()
    answers = [True]
    members = []
    for name in ("promoted", "own"):
        collection = store.create(small_generation(name))
        elsewhere = PromotedVectors(store, collection.generation, clock=lambda: 0.0)
        members.append(
            SmallConsumer(
                lambda: answers[0], collection=collection, elsewhere=elsewhere, picture=shop.picture
            )
        )
    store.promote(small_generation("promoted").name)
    promoted, own = (Reader(member) for member in members)

    def carry_out(step: tuple[str, object, object]) -> None:
        what, first, second = step
        if what == "publish":
            shop.publish(str(first), "".join(url for url in str(second) if url in str(first)))
            return
        assert isinstance(first, int)
        answers[0] = bool(second)
        (promoted if what == "promoted reads" else own).read(shop.log, first)
        answers[0] = True

    for step in before:
        carry_out(step)
    # Compaction keeps a product's last event.
    own.compacted = frozenset(compacted & set(range(len(shop.log) - 1)))
    for step in after:
        carry_out(step)
    if promoted_ends:
        promoted.read(shop.log)
        promoted.consumer.mend()
    own.read(shop.log)
    own.consumer.mend()

    images = shop.log[-1].change.product.images if shop.log and shop.log[-1].change.product else ()
    assert own.consumer.shown().get("p", frozenset()) == {image.key for image in images}
    stored = own.consumer.index.vectors({"p": [image.key for image in images]}).get("p", {})
    assert all(np.allclose(stored[image.key], shop.picture(image.url)) for image in images)

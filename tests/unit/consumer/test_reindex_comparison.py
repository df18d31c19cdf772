"""Two generations are held against each other."""

from consumer.reindex.comparison import compare_generations
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import a_generation, vector_of
from vector_store import (
    EventSource,
    ImagePoint,
    ImageState,
    ImageStatus,
    ProductIndex,
    ProductRecord,
    ProductWrite,
    Stamp,
)


def an_index() -> ProductIndex:
    return ProductIndex(MemoryCollection(a_generation()))


def put(
    index: ProductIndex, product_id: str, *, live: bool = True, turned: bool = False, **images: str
) -> None:
    """A product whose images have these states by key; turned: its vectors are another's."""
    record = ProductRecord(
        product_id=product_id,
        stamp=Stamp(2 if live else 3, 0),
        images=tuple(
            ImageState(key, key, ImageStatus(status), reason="why" if status == "failed" else None)
            for key, status in images.items()
        ),
        product={"id": product_id} if live else None,
        digest="",
        event_time_ms=1,
        indexed_time_ms=1,
        source=EventSource("products", 0, 0),
    )
    vectors = {key: vector_of(f"{product_id} {key}" + " turned" * turned) for key in images}
    points = tuple(
        ImagePoint(product_id, key, vectors[key], record.stamp, {})
        for key, status in images.items()
        if status == "indexed"
    )
    index.write([ProductWrite(record, points)])


def test_what_one_lacks_is_told_with_the_reason() -> None:
    """Failed, pending, not named, deleted or unknown there."""
    new, old = an_index(), an_index()
    put(old, "same", a="indexed")
    put(new, "same", a="indexed")
    put(old, "failed", a="indexed", b="indexed", c="indexed")
    put(new, "failed", a="failed", b="pending")
    put(old, "deleted", a="indexed")
    put(new, "deleted", live=False)
    put(old, "unknown", a="indexed")
    put(new, "late", a="indexed")
    found = compare_generations(new, old, stopped=lambda: False)
    assert (found.old.products, found.old.images, found.old.lacking_products) == (4, 6, 2)
    assert dict(found.old.lacking) == {
        "failed": 1,
        "pending": 1,
        "image not named": 1,
        "product deleted": 1,
        "no such product": 1,
    }
    assert (found.new.products, found.new.images, found.new.lacking_products) == (3, 2, 1)
    assert dict(found.new.lacking) == {"no such product": 1}
    whys = {(each.product_id, each.image_key): each.why for each in found.old.examples}
    assert whys["failed", "a"] == "failed: why"


def test_the_same_vectors_have_the_same_neighbours() -> None:
    """Each generation is asked with its own vector of the same image."""
    new, old = an_index(), an_index()
    for number in range(30):
        put(new, f"p{number}", a="indexed")
        put(old, f"p{number}", a="indexed")
    found = compare_generations(new, old, stopped=lambda: False)
    assert len(found.shared) == 30
    assert found.overlap == 1


def test_other_vectors_have_other_neighbours() -> None:
    """Some of ten of thirty are the same by chance."""
    new, old = an_index(), an_index()
    for number in range(30):
        put(new, f"p{number}", a="indexed", turned=True)
        put(old, f"p{number}", a="indexed")
    overlap = compare_generations(new, old, stopped=lambda: False).overlap
    assert overlap is not None
    assert 0.1 < overlap < 0.6


def test_many_records_come_in_pages_and_none_is_lost() -> None:
    """Whatever is on one side only, anywhere in the order of ids."""
    new, old = an_index(), an_index()
    for number in range(400):
        if number % 3:
            put(new, f"p{number}", a="indexed")
        if number % 2:
            put(old, f"p{number}", a="indexed")
    found = compare_generations(new, old, stopped=lambda: False)
    assert found.new.products == sum(1 for number in range(400) if number % 3)
    assert found.old.products == 200
    assert found.new.lacking_products == sum(1 for n in range(400) if n % 3 and not n % 2)
    assert found.old.lacking_products == sum(1 for n in range(400) if n % 2 and not n % 3)


def test_it_ends_when_it_is_told_to() -> None:
    """With what it has."""
    new, old = an_index(), an_index()
    put(new, "p", a="indexed")
    assert compare_generations(new, old, stopped=lambda: True).new.products == 0

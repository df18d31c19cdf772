"""What the index still waits for."""

from vector_store import ProductIndex, VectorStore


def count_pending(store: VectorStore) -> int:
    """How many products have a pending image."""
    return promoted_index(store).count_pending()


def pending_images(store: VectorStore) -> list[str]:
    """Every pending image, and why it is."""
    return [
        f"{image.url}: {image.reason}"
        for record in promoted_index(store).all_records()
        for image in record.images
        if image.status == "pending"
    ]


def promoted_index(store: VectorStore) -> ProductIndex:
    """The index that shoppers see; there must be one."""
    name = store.promoted()
    assert name is not None
    return ProductIndex(store.open(name))

"""The engine that the settings name."""

from vector_store.edge import EdgeStore
from vector_store.interface import VectorStore
from vector_store.settings import VectorStoreSettings


def open_store(settings: VectorStoreSettings) -> VectorStore:
    """Open the index: the embedded engine where `QDRANT_PATH` is set, a server otherwise.

    The embedded engine blocks for as long as it needs to load, and raises StoreError; a server is not reached
    for before the first call.
    """
    if settings.qdrant_path is not None:
        return EdgeStore(settings.qdrant_path, settings.collection, size_class=settings.qdrant_size_class)
    # The client costs half a second and 40 MB, which the embedded engine need not pay.
    from vector_store.server import ServerStore, connect  # noqa: PLC0415
    from vector_store.server.connection import Connection  # noqa: PLC0415
    from vector_store.server.replication import Replication  # noqa: PLC0415

    return ServerStore(
        Connection(connect(settings)),
        settings.collection,
        replication=Replication(settings.qdrant_replication_factor),
        shard_number=settings.qdrant_shard_number,
        size_class=settings.qdrant_size_class,
    )

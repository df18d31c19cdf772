"""The engine that the settings name."""

from vector_store.edge import EdgeStore
from vector_store.errors import StoreMisused
from vector_store.interface import VectorStore
from vector_store.settings import VectorStoreSettings


def open_store(settings: VectorStoreSettings) -> VectorStore:
    """Open the index. Blocks for as long as the engine needs to load; raises StoreError."""
    if settings.qdrant_path is None:
        raise StoreMisused("QDRANT_PATH is not set: name the folder of the embedded index")
    return EdgeStore(settings.qdrant_path, settings.collection)

"""A Qdrant server: one index for many processes, replicated where the shop wants it."""

from vector_store.server.connect import connect
from vector_store.server.store import ServerStore

__all__ = ["ServerStore", "connect"]

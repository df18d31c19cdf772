"""Qdrant Edge: the server's engine inside this process, one process at a time per folder."""

from vector_store.edge.store import EdgeStore

__all__ = ["EdgeStore"]

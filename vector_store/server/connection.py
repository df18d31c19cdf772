"""A client that its users share, until the store that owns it is closed."""

from collections.abc import Iterator
from contextlib import contextmanager

from qdrant_client import QdrantClient

from vector_store.errors import StoreError, StoreMisused
from vector_store.server.failures import translated_failures


class Connection:
    """Gives out the client for single calls. Thread-safe, as the client is over gRPC and HTTP."""

    def __init__(self, client: QdrantClient) -> None:
        self._client: QdrantClient | None = client

    @contextmanager
    def client(self, what: str, *, once_closed: type[StoreError] = StoreMisused) -> Iterator[QdrantClient]:
        """The client, its failures translated; `what` names what the call is about.

        Raises the error of `once_closed` when the connection is.
        """
        client = self._client
        if client is None:
            raise once_closed(f"{what}: the store is closed")
        with translated_failures(what):
            yield client

    def close(self) -> None:
        """Let the client go. Idempotent."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

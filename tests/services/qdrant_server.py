"""A real Qdrant server, where the environment names one: QDRANT_HOST and what else the services read."""

from contextlib import closing

from pydantic_settings import BaseSettings, SettingsConfigDict

from vector_store import VectorStoreSettings
from vector_store.server import connect


class _Environment(VectorStoreSettings, BaseSettings):
    """What the services would read."""

    model_config = SettingsConfigDict(frozen=True)


QDRANT_SERVER: VectorStoreSettings = _Environment()
"""The server that the environment names, if its `qdrant_host` is set."""


def remove_collections(prefix: str) -> None:
    """Remove what a test left there: every collection whose name begins with `prefix`."""
    with closing(connect(QDRANT_SERVER)) as client:
        for found in client.get_collections().collections:
            if found.name.startswith(prefix):
                client.delete_collection(found.name)

"""The client that the settings describe."""

from qdrant_client import QdrantClient

from vector_store.settings import VectorStoreSettings

# gRPC would wait up to two minutes between two attempts to reach a server that was away.
_CHANNEL_OPTIONS = {"grpc.initial_reconnect_backoff_ms": 500, "grpc.max_reconnect_backoff_ms": 2_000}


def connect(settings: VectorStoreSettings) -> QdrantClient:
    """A client of the server that the settings name; does not reach for it yet."""
    key = settings.qdrant_api_key
    return QdrantClient(
        host=settings.server_host,
        port=settings.qdrant_port,
        grpc_port=settings.qdrant_grpc_port,
        prefer_grpc=settings.qdrant_grpc_port != 0,
        https=settings.qdrant_tls,
        api_key=None if key is None else key.get_secret_value(),
        timeout=settings.qdrant_timeout_seconds,
        grpc_options=dict(_CHANNEL_OPTIONS),
        # It would ask over HTTP from a thread of its own, and print what it finds.
        check_compatibility=False,
    )

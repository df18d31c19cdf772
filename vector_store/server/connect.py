"""The client that the settings describe."""

import ssl
from typing import Any

from qdrant_client import QdrantClient

from vector_store.settings import VectorStoreSettings

# gRPC would wait up to two minutes between two attempts to reach a server that was away.
_CHANNEL_OPTIONS = {"grpc.initial_reconnect_backoff_ms": 500, "grpc.max_reconnect_backoff_ms": 2_000}


def connect(settings: VectorStoreSettings) -> QdrantClient:
    """A client of the server that the settings name; does not reach for it yet."""
    key, ca_file = settings.qdrant_api_key, settings.qdrant_ca_file
    over_grpc: dict[str, Any] = dict(_CHANNEL_OPTIONS)
    over_http: dict[str, Any] = {}
    if settings.qdrant_tls and ca_file is not None:
        over_grpc["root_certificates"] = ca_file.read_bytes()
        over_http["verify"] = ssl.create_default_context(cafile=ca_file)
    return QdrantClient(
        host=settings.server_host,
        port=settings.qdrant_port,
        grpc_port=settings.qdrant_grpc_port,
        prefer_grpc=settings.qdrant_grpc_port != 0,
        https=settings.qdrant_tls,
        api_key=None if key is None else key.get_secret_value(),
        timeout=settings.qdrant_timeout_seconds,
        grpc_options=over_grpc,
        # It would ask over HTTP from a thread of its own, and print what it finds.
        check_compatibility=False,
        **over_http,
    )

"""The engines that the contract suite runs over, and what each of them needs to run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol

from qdrant_client import QdrantClient, models

from tests.contract.memory_store import MemoryStore
from tests.engine_server.engine_server import EngineServer
from tests.engine_server.qdrant_front import QdrantFront
from tests.services.qdrant_server import QDRANT_SERVER, remove_collections
from vector_store import VectorStore, VectorStoreSettings, open_store
from vector_store.edge import EdgeStore
from vector_store.server import ServerStore
from vector_store.server.connection import Connection


class Engine(Protocol):
    """Opens stores. A shop's store holds what it held when it was last closed.

    threads: whether several threads may use a store at once.
    """

    threads: bool

    def open(self, shop: str) -> VectorStore: ...

    def collection(self, shop: str) -> str:
        """The alias of the shop, and the first part of its generations' names."""
        ...

    def close(self) -> None:
        """Remove everything that was stored."""
        ...


class EdgeEngine:
    threads = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collection(self, shop: str) -> str:
        return "products"

    def open(self, shop: str) -> VectorStore:
        return EdgeStore(self._folder / shop)

    def close(self) -> None:
        pass


class MemoryEngine:
    threads = True

    def __init__(self, folder: Path) -> None:
        self._stores: dict[str, MemoryStore] = {}

    def collection(self, shop: str) -> str:
        return "products"

    def open(self, shop: str) -> VectorStore:
        self._stores[shop] = MemoryStore(self._stores.get(shop))
        return self._stores[shop]

    def close(self) -> None:
        self._stores.clear()


class LocalModeClient(QdrantClient):
    """qdrant-client's local mode, which warns that it makes no indexes, and that it searches exactly."""

    def create_payload_index(self, *args: Any, **kwargs: Any) -> models.UpdateResult:
        return models.UpdateResult(operation_id=0, status=models.UpdateStatus.COMPLETED)

    def query_points_groups(self, *args: Any, **kwargs: Any) -> models.GroupsResult:
        return super().query_points_groups(*args, **{**kwargs, "search_params": None})


class LocalModeEngine:
    """The server engine over the client's local mode, which is for one thread, and slow."""

    threads = False

    def __init__(self, folder: Path) -> None:
        self._clients: dict[str, LocalModeClient] = {}

    def collection(self, shop: str) -> str:
        return "products"

    def open(self, shop: str) -> VectorStore:
        client = self._clients.setdefault(shop, LocalModeClient(":memory:"))
        return ServerStore(_Kept(client))

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


class _Kept(Connection):
    """A connection whose client outlives it: local mode in memory would lose everything."""

    def close(self) -> None:
        self._client = None


class GrpcEngine:
    """The server engine over the client's local mode at the other end of a gRPC connection."""

    threads = True

    def __init__(self, folder: Path) -> None:
        self._behind = LocalModeClient(":memory:")
        self._front = QdrantFront(self._behind, threads=False)

    def collection(self, shop: str) -> str:
        return shop

    def open(self, shop: str) -> VectorStore:
        return open_store(_settings_of(self._front.port, shop))

    def close(self) -> None:
        self._front.close()
        self._behind.close()


class EngineServerEngine:
    """The tests' engine server: one process owns Edge, and others reach it as they reach a Qdrant server."""

    threads = True

    def __init__(self, folder: Path) -> None:
        self._server = EngineServer(folder)

    def collection(self, shop: str) -> str:
        return shop

    def open(self, shop: str) -> VectorStore:
        return open_store(_settings_of(self._server.port, shop))

    def close(self) -> None:
        self._server.stop()


def _settings_of(port: int, shop: str) -> VectorStoreSettings:
    return VectorStoreSettings(qdrant_host="127.0.0.1", qdrant_grpc_port=port, collection=shop)


class ServerEngine:
    """A real server, at QDRANT_HOST and the other variables that the services read."""

    threads = True

    def __init__(self, folder: Path) -> None:
        self._settings = QDRANT_SERVER
        self._run = f"contract{token_hex(4)}"

    def collection(self, shop: str) -> str:
        return f"{self._run}{shop}"

    def open(self, shop: str) -> VectorStore:
        return open_store(self._settings.model_copy(update={"collection": self.collection(shop)}))

    def close(self) -> None:
        remove_collections(self._run)


ENGINES: Mapping[str, Callable[[Path], Engine]] = {
    "memory": MemoryEngine,
    "edge": EdgeEngine,
    "local": LocalModeEngine,
    "grpc": GrpcEngine,
    "engine server": EngineServerEngine,
    **({"server": ServerEngine} if QDRANT_SERVER.qdrant_host else {}),
}

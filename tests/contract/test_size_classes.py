"""How generations are laid out: told to the engine when one is made, and searched all the same."""

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.contract.engines import LocalModeClient
from tests.contract.samples import a_generation, a_record, a_write, vector_of
from vector_store import ProductIndex, Stamp, VectorStore
from vector_store.edge import EdgeStore
from vector_store.indexes import indexes_of
from vector_store.server import ServerStore
from vector_store.server.connection import Connection
from vector_store.size_class import SizeClass

MADE = a_generation()
OpenStore = Callable[[Path, SizeClass], VectorStore]


def edge(folder: Path, size_class: SizeClass) -> VectorStore:
    return EdgeStore(folder, size_class=size_class)


def server(folder: Path, size_class: SizeClass) -> VectorStore:
    return ServerStore(Connection(LocalModeClient(path=str(folder))), size_class=size_class)


class ListeningClient(LocalModeClient):
    """Keeps what collections are made with."""

    made_with: Mapping[str, Any]

    def __init__(self, *places: Any, **settings: Any) -> None:
        super().__init__(*places, **settings)
        self.indexed_with: dict[str, Any] = {}

    def create_collection(self, *names: Any, **settings: Any) -> bool:
        self.made_with = settings
        return super().create_collection(*names, **settings)

    def create_payload_index(
        self, collection_name: str, field_name: str, field_schema: Any = None, *more: Any, **settings: Any
    ) -> Any:
        self.indexed_with[field_name] = field_schema
        return super().create_payload_index(collection_name, field_name, field_schema, *more, **settings)


@pytest.mark.parametrize("size_class", list(SizeClass))
@pytest.mark.parametrize("open_store", [edge, server])
def test_every_class_is_written_and_searched(
    tmp_path: Path, open_store: OpenStore, size_class: SizeClass
) -> None:
    """A layout changes where things lie, not what is found, also after a restart with another setting."""
    with closing(open_store(tmp_path, size_class)) as store:
        ProductIndex(store.create(MADE)).write(
            a_write(a_record(product, Stamp(2, 0), indexed=[product])) for product in ("p1", "p2", "p3")
        )
    with closing(open_store(tmp_path, SizeClass.SMALL)) as store:
        found = ProductIndex(store.open(MADE.name)).similar(vector_of("p2"), limit=1)
        assert [each.record.product_id for each in found] == ["p2"]


TOLD = pytest.mark.parametrize(
    ("size_class", "quantised", "graph_on_disk", "vectors_on_disk"),
    [
        (SizeClass.SMALL, False, None, None),
        (SizeClass.LARGE, True, None, True),
        (SizeClass.HUGE, True, True, True),
    ],
)


@TOLD
def test_the_embedded_engine_is_told(
    tmp_path: Path,
    size_class: SizeClass,
    quantised: bool,
    graph_on_disk: bool | None,
    vectors_on_disk: bool | None,
) -> None:
    """The engine's own description of the shard has what the class stands for."""
    with closing(EdgeStore(tmp_path, size_class=size_class)) as store:
        store.create(MADE)
    (described,) = tmp_path.rglob("edge_config.json")
    config = json.loads(described.read_text("utf-8"))
    assert (config.get("quantization_config") is not None) is quantised
    assert (config.get("hnsw_config") or {}).get("on_disk") is graph_on_disk
    assert config["vectors"]["image"].get("on_disk") is vectors_on_disk
    assert ("cold" in json.dumps(config)) is quantised


@pytest.mark.parametrize(("size_class", "on_disk"), [(SizeClass.SMALL, None), (SizeClass.LARGE, True)])
def test_the_embedded_engine_keeps_indexes_where_the_class_says(
    tmp_path: Path, size_class: SizeClass, on_disk: bool | None
) -> None:
    """What filters use is in memory or on the disk, as the engine describes it."""
    with closing(EdgeStore(tmp_path, size_class=size_class)) as store:
        store.create(MADE)
    described = [json.loads(path.read_text("utf-8")) for path in tmp_path.rglob("payload_index/config.json")]
    fields = [field for config in described for field in config["indexed_fields"]]
    assert set(fields) == {field.replace('"', "") for field in indexes_of(MADE)}
    kinds = [kind for config in described for kind in config["indexed_fields"].values()]
    assert {each.get("on_disk") if isinstance(each, dict) else None for each in kinds} == {on_disk}


@TOLD
def test_the_server_is_told(
    size_class: SizeClass, quantised: bool, graph_on_disk: bool | None, vectors_on_disk: bool | None
) -> None:
    """The request that makes a collection has what the class stands for."""
    client = ListeningClient(":memory:")
    with closing(ServerStore(Connection(client), size_class=size_class)) as store:
        store.create(MADE)
    made_with = client.made_with
    assert (made_with["quantization_config"] is not None) is quantised
    assert (made_with["hnsw_config"].on_disk if made_with["hnsw_config"] else None) is graph_on_disk
    assert made_with["vectors_config"]["image"].on_disk is vectors_on_disk
    assert client.indexed_with.keys() == indexes_of(MADE).keys()
    assert {getattr(kind, "on_disk", None) for kind in client.indexed_with.values()} == {vectors_on_disk}

"""Which engine the settings mean."""

from contextlib import closing
from pathlib import Path

from vector_store import VectorStoreSettings, open_store
from vector_store.edge import EdgeStore
from vector_store.server import ServerStore


def test_a_folder_means_the_embedded_engine(tmp_path: Path) -> None:
    """QDRANT_PATH opens Edge there, with the alias of COLLECTION."""
    settings = VectorStoreSettings(qdrant_path=tmp_path / "index", collection="shoes")
    with closing(open_store(settings)) as store:
        assert isinstance(store, EdgeStore)
        assert (tmp_path / "index" / "generations").is_dir()


def test_no_folder_means_a_server_that_is_not_reached_for_yet() -> None:
    """Without a folder it is a server, whether there is one or not shows with the first call."""
    with closing(open_store(VectorStoreSettings(qdrant_host="nowhere.invalid"))) as store:
        assert isinstance(store, ServerStore)

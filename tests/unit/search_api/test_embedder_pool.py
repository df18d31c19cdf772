"""Models are loaded once, in the background, and no more are kept than there is room for."""

from pathlib import Path
from threading import Event

import pytest

from model.embedder import Embedder
from model.errors import ModelFileInvalid, ModelVersionMissing
from search_api.errors import ModelLoading, ModelMissing
from search_api.photos.embedder_pool import EmbedderPool
from tests.unit.search_api.shop import ColourEmbedder


class Shelf:
    """Where the pool looks: hands out a model once it may, and counts."""

    def __init__(self) -> None:
        self.models: dict[str, Embedder | Exception] = {}
        self.asked: list[str] = []
        self.open = Event()
        self.open.set()

    def find(self, model_version: str) -> Embedder:
        self.asked.append(model_version)
        assert self.open.wait(30)
        found = self.models.get(model_version, ModelVersionMissing(model_version))
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.models = {name: ColourEmbedder() for name in ("one", "two", "three")}
    return shelf


def loaded(pool: EmbedderPool, name: str) -> Embedder:
    with pytest.raises(ModelLoading, match=name):
        pool.get(name)
    pool.wait()
    return pool.get(name)


def test_a_model_is_loaded_once_while_requests_go_on(shelf: Shelf) -> None:
    """Whoever asks while it is being read is told so at once."""
    pool = EmbedderPool(shelf.find)
    shelf.open.clear()
    for _ in range(3):
        with pytest.raises(ModelLoading):
            pool.get("one")
    shelf.open.set()
    pool.wait()
    assert pool.get("one") is shelf.models["one"]
    assert shelf.asked == ["one"]


def test_a_missing_model_is_looked_for_again_after_a_while(shelf: Shelf) -> None:
    """A file that is put there later is found, without a search at every request."""
    now = [0.0]
    pool = EmbedderPool(shelf.find, search_again_seconds=10, clock=lambda: now[0])
    for _ in range(3):
        with pytest.raises((ModelLoading, ModelMissing)):
            pool.get("four")
        pool.wait()
    assert shelf.asked == ["four"]
    with pytest.raises(ModelMissing, match="four"):
        pool.get("four")
    shelf.models["four"] = ColourEmbedder()
    now[0] = 10.0
    with pytest.raises(ModelMissing):
        pool.get("four")
    pool.wait()
    assert pool.get("four") is shelf.models["four"]


def test_why_a_file_cannot_be_served_is_not_told_to_callers(shelf: Shelf) -> None:
    """The message of a damaged file names its path, which is for the log."""
    shelf.models["bad"] = ModelFileInvalid(Path("/secret/model.onnx"), "damaged")
    pool = EmbedderPool(shelf.find)
    with pytest.raises(ModelLoading):
        pool.get("bad")
    pool.wait()
    with pytest.raises(ModelMissing, match="cannot be loaded") as raised:
        pool.get("bad")
    assert "secret" not in str(raised.value)


def test_the_least_recently_used_model_makes_room(shelf: Shelf) -> None:
    """Two models stay: the one in use and the next."""
    pool = EmbedderPool(shelf.find, max_loaded=2)
    loaded(pool, "one")
    loaded(pool, "two")
    pool.get("one")
    loaded(pool, "three")
    assert pool.get("one") is shelf.models["one"]
    with pytest.raises(ModelLoading):
        pool.get("two")
    pool.wait()


def test_preparing_takes_no_room_from_what_is_in_use(shelf: Shelf) -> None:
    """Models of generations that nobody asks for yet are loaded only where there is room."""
    pool = EmbedderPool(shelf.find, max_loaded=2)
    loaded(pool, "one")
    pool.prepare(["one", "two", "three"])
    pool.wait()
    assert shelf.asked == ["one", "two"]

"""The API as it is built and served, while the alias moves between generations of two models."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest

from model.model_files import ModelFiles
from model.settings import ModelSettings
from search_api.parts import Parts
from search_api.settings import SearchApiSettings
from search_api.waiting import waiting_for
from search_api.wiring import api_server, built_parts
from tests.services.eventually import eventually
from tests.unit.search_api.colour_models import write_colour_model, write_turned_model
from tests.unit.search_api.shop import RED, picture
from tests.unit.search_api.test_switch_under_load import NEW, OLD, STRAIGHT, TURNED, write_generation
from vector_store.edge import EdgeStore


@pytest.fixture
def settings(tmp_path: Path) -> SearchApiSettings:
    """Of an API that has both models in MODEL_DIR."""
    models = tmp_path / "models"
    models.mkdir()
    write_colour_model(models / "straight.onnx", STRAIGHT)
    write_turned_model(models / "turned.onnx", TURNED)
    return SearchApiSettings.model_validate(
        {
            "model_path": models / "straight.onnx",
            "model_dir": models,
            "qdrant_path": tmp_path / "index",
            "search_api_port": 0,
        }
    )


@pytest.fixture
def store(settings: SearchApiSettings, tmp_path: Path) -> Iterator[EdgeStore]:
    """One generation, promoted."""
    with closing(EdgeStore(tmp_path / "index")) as opened:
        write_generation(opened, OLD, ModelFiles(settings).load(STRAIGHT))
        opened.promote(OLD)
        yield opened


@pytest.fixture
def parts(settings: SearchApiSettings, store: EdgeStore) -> Iterator[Parts]:
    with built_parts(settings, store=store) as built:
        assert eventually(lambda: not waiting_for(built), 60)
        yield built


def test_a_promotion_and_a_rollback_are_followed_within_a_second(
    settings: SearchApiSettings, store: EdgeStore, parts: Parts
) -> None:
    """A generation made later has its model read without anybody asking; then no search fails."""
    new_model = ModelFiles(ModelSettings(model_path=settings.model_path, model_dir=settings.model_dir))
    write_generation(store, NEW, new_model.load(TURNED))
    assert eventually(lambda: parts.embedders.loaded(TURNED) is not None, 60)
    server = api_server(parts, settings)
    server.start()
    try:

        def answered_by() -> str:
            request = urllib.request.Request(
                f"http://127.0.0.1:{server.port}/find_similar",
                data=picture(RED),
                headers={"Content-Type": "image/png"},
            )
            with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 - as above
                told = json.load(response)
            assert told["hits"][0]["product"]["id"] == f"red of {told['generation']}"
            return str(told["generation"])

        assert answered_by() == OLD
        for name in (NEW, OLD, NEW):
            moved_at = monotonic()
            store.promote(name)
            assert answered_by() == name
            assert monotonic() - moved_at < 1
    finally:
        server.stop()

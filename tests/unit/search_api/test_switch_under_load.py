"""The alias moves while shoppers search: nobody notices, and no answer mixes two generations."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from itertools import cycle
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from PIL import Image

from images import DecodeLimits
from model.embedder import Embedder
from model.model_files import ModelFiles
from model.settings import ModelSettings
from search_api.app import create_app
from search_api.index.current_index import CurrentIndex
from search_api.metric_definitions import DEFINITIONS
from search_api.parts import Parts
from search_api.photos.embedder_pool import EmbedderPool
from telemetry import Metrics
from tests.contract.samples import insert
from tests.unit.search_api.answers import body, found_ids
from tests.unit.search_api.colour_models import write_colour_model, write_turned_model
from tests.unit.search_api.shop import (
    BLUE,
    GREEN,
    RED,
    Colour,
    FakeHost,
    generation,
    picture,
    product_write,
    shop_settings,
)
from vector_store import ImagePoint, ProductIndex, ProductWrite, Stamp
from vector_store.edge import EdgeStore

COLOURS = {"red": RED, "green": GREEN, "blue": BLUE}
STRAIGHT, TURNED = "0000000a", "0000000b"
OLD, NEW = f"products-{STRAIGHT}", f"products-{TURNED}"
URL = "https://img.example/a.jpg"


def image_point(product_id: str, colour: Colour, embedder: Embedder) -> ImagePoint:
    [vector] = embedder.embed([Image.open(BytesIO(picture(colour))).convert("RGB")])
    return ImagePoint(product_id, URL, vector, Stamp(2, 7), {})


def write_generation(store: EdgeStore, name: str, embedder: Embedder) -> None:
    """A product of each colour, and a deleted one of which a point was left behind."""
    collection = store.create(
        generation(
            name,
            model_version=embedder.model_version,
            dimension=embedder.dimension,
            filterable_attributes={},
        )
    )
    for word, colour in COLOURS.items():
        live = product_write(f"{word} of {name}", {URL: colour})
        deleted = product_write(f"deleted {word} of {name}", {}, revision=3)
        point = image_point(live.record.product_id, colour, embedder)
        ProductIndex(collection).write([ProductWrite(live.record, (point,)), deleted])
        insert(collection, [image_point(deleted.record.product_id, colour, embedder).to_point()])


@pytest.fixture
def files(tmp_path: Path) -> ModelFiles:
    """Two models as they are exported."""
    write_colour_model(tmp_path / "straight.onnx", STRAIGHT)
    write_turned_model(tmp_path / "turned.onnx", TURNED)
    return ModelFiles(ModelSettings(model_path=tmp_path / "straight.onnx", model_dir=tmp_path))


@pytest.fixture
def store(tmp_path: Path, files: ModelFiles) -> Iterator[EdgeStore]:
    with closing(EdgeStore(tmp_path / "index")) as opened:
        write_generation(opened, OLD, files.load(STRAIGHT))
        write_generation(opened, NEW, files.load(TURNED))
        opened.promote(OLD)
        yield opened


@pytest.fixture
def app(store: EdgeStore, files: ModelFiles, tmp_path: Path) -> Iterator[Flask]:
    """The API at work, which has read the model of the promoted generation alone."""
    pool = EmbedderPool(files.load)
    pool.prepare([STRAIGHT])
    pool.wait()
    parts = Parts(CurrentIndex(store), pool, FakeHost(), DecodeLimits(), Metrics(DEFINITIONS))
    app = create_app(parts, shop_settings(tmp_path))
    assert app.test_client().get("/readyz").status_code == 200
    yield app
    pool.wait()


def ask_photo(app: Flask, word: str) -> str:
    """The generation that answered: its own product of that colour is the best hit, and none is deleted."""
    answer = app.test_client().post("/find_similar", data=picture(COLOURS[word]), content_type="image/png")
    told, found = body(answer), found_ids(answer)
    name = str(told["generation"])
    assert found[0] == f"{word} of {name}"
    assert told["hits"][0]["score"] == pytest.approx(1, abs=1e-3)
    assert {each.split(" of ")[1] for each in found} == {name}
    assert told["model_version"] == name.removeprefix("products-")
    assert not any(each.startswith("deleted") for each in found)
    assert len(found) == len(COLOURS)
    return name


def ask_product(app: Flask, name: str) -> str | None:
    """The generation that answered, or None where it is not the product's own."""
    answer = app.test_client().get(f"/products/red of {name}/similar")
    if answer.status_code == 404:
        return None
    assert set(found_ids(answer)) == {f"{word} of {name}" for word in COLOURS if word != "red"}
    assert body(answer)["generation"] == name
    return name


def test_searches_go_on_while_the_alias_moves_to_and_fro(app: Flask, store: EdgeStore) -> None:
    """No search fails, and each answer is one generation's alone, with that one's model.

    The second model is first asked for when the alias has moved. With the other model's vectors red would
    be blue.
    """
    over = Event()

    def move() -> int:
        for moves, name in enumerate(cycle((NEW, OLD)), start=1):
            store.promote(name)
            if over.wait(0.003):
                return moves
        raise AssertionError("a cycle has no end")

    def ask(number: int) -> Counter[str | None]:
        answers: Counter[str | None] = Counter()
        for turn in range(24):
            answers[ask_photo(app, list(COLOURS)[(number + turn) % 3])] += 1
            answers[ask_product(app, (OLD, NEW)[turn % 2])] += 1
            assert app.test_client().get("/readyz").status_code == 200
        return answers

    with ThreadPoolExecutor(6) as threads:
        moving = threads.submit(move)
        try:
            answers = sum(threads.map(ask, range(4)), Counter[str | None]())
        finally:
            over.set()
    assert moving.result() > 10
    assert answers[OLD] > 10
    assert answers[NEW] > 10


def test_searches_go_on_while_generations_come_and_go(
    app: Flask, store: EdgeStore, files: ModelFiles
) -> None:
    """A generation that is dropped as soon as another is promoted fails no search: it starts over."""
    over = Event()

    def replace() -> None:
        embedder = files.load(STRAIGHT)
        for number in range(3):
            before, name = str(store.promoted()), f"{OLD}-{number}"
            write_generation(store, name, embedder)
            store.promote(name)
            store.drop(before)
        over.set()

    def ask(_number: int) -> int:
        asked = 0
        while not over.is_set():
            answer = app.test_client().post("/find_similar", data=picture(RED), content_type="image/png")
            name = body(answer)["generation"]
            assert {each.split(" of ")[1] for each in found_ids(answer)} == {name}
            asked += 1
        return asked

    with ThreadPoolExecutor(4) as threads:
        replacing = threads.submit(replace)
        asked = list(threads.map(ask, range(3)))
    replacing.result()
    assert min(asked) > 0

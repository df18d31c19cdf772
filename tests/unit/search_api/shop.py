"""A small shop in a real store, and an embedder that sees colours, for tests of the API."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from images import DecodeLimits
from images.errors import HttpMissing, ImageError
from model.preprocessing import Pixels, Preprocessing, Resize
from model.probe import Embeddings
from search_api.index.current_index import CurrentIndex
from search_api.metric_definitions import DEFINITIONS
from search_api.parts import Parts
from search_api.photos.embedder_pool import EmbedderPool
from search_api.settings import SearchApiSettings
from telemetry import Metrics
from vector_store import (
    EventSource,
    Generation,
    ImagePoint,
    ImageState,
    ImageStatus,
    ProductIndex,
    ProductRecord,
    ProductWrite,
    Stamp,
    VectorStore,
    filterable_part,
)
from vector_store.points import Vector

MODEL_VERSION = "c0105eed"
DIMENSION = 128
Colour = tuple[int, int, int]

RED, DARK_RED, GREEN, BLUE, WHITE = (
    (220, 20, 20),
    (150, 10, 20),
    (20, 200, 20),
    (20, 20, 220),
    (255, 255, 255),
)


class ColourEmbedder:
    """An `Embedder` whose vectors are the colours of a picture's quarters."""

    model_version = MODEL_VERSION
    dimension = DIMENSION
    preprocessing = Preprocessing(size_px=16, resize=Resize.STRETCH, mean=(0, 0, 0), std=(1, 1, 1))

    def prepare(self, image: Image.Image) -> Pixels:
        return self.preprocessing.prepare(image)

    def embed_prepared(self, batch: Pixels) -> Embeddings:
        quarters = batch.reshape(len(batch), 2, 8, 2, 8, 3).mean(axis=(2, 4)).reshape(len(batch), 12)
        vectors = np.zeros((len(batch), DIMENSION), dtype=np.float32)
        vectors[:, :12] = quarters - 100
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def embed(self, images: Sequence[Image.Image]) -> Embeddings:
        return self.embed_prepared(np.stack([self.prepare(image) for image in images]))


class FakeHost:
    """A `Fetcher`: what is behind URLs, bytes or an error to raise."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | ImageError] = {}
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        answer = self.answers.get(url, HttpMissing("404 Not Found", url=url, status=404))
        if isinstance(answer, ImageError):
            raise answer
        return answer


def picture(colour: Colour, form: str = "PNG", size: tuple[int, int] = (40, 50)) -> bytes:
    """A file with a picture of one colour."""
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, form)
    return file.getvalue()


def colour_vector(colour: Colour) -> Vector:
    """float32 [128], of length 1."""
    vector: Vector = ColourEmbedder().embed([Image.new("RGB", (16, 16), colour)])[0]
    return vector


def generation(name: str = f"products-{MODEL_VERSION}", **fields: object) -> Generation:
    """A description of a generation of the colour model."""
    given: dict[str, object] = {
        "model_version": MODEL_VERSION,
        "dimension": DIMENSION,
        "preprocessing_hash": "0" * 16,
        "order_kind": "time",
        "created_at_ms": 1,
        "filterable_attributes": {"colour": "keyword", "weight": "float", "size": "integer", "new": "bool"},
        **fields,
    }
    return Generation(name=name, **given)  # type: ignore[arg-type]  # the fields above


def promoted_index(store: VectorStore, **fields: object) -> ProductIndex:
    """A new, promoted generation."""
    collection = store.create(generation(**fields))  # type: ignore[arg-type]  # as generation() takes them
    store.promote(collection.generation.name)
    return ProductIndex(collection)


def product_write(
    product_id: str,
    colours: Mapping[str, Colour],
    *,
    revision: int = 2,
    pending: Iterable[str] = (),
    failed: Iterable[str] = (),
    shop_attributes: Mapping[str, object] | None = None,
    **product: object,
) -> ProductWrite:
    """A live product whose images are of these colours, by URL."""
    stamp = Stamp(revision, 7)
    whole = {"id": product_id, **product, "attributes": dict(shop_attributes or {})}
    images = [
        *(ImageState(url, url, ImageStatus.INDEXED) for url in colours),
        *(
            ImageState(
                url, url, ImageStatus.PENDING, reason="secret 503", tries=1, retry_at_ms=1_700_000_060_000
            )
            for url in pending
        ),
        *(
            ImageState(url, url, ImageStatus.FAILED, reason="secret reason", http_status=404)
            for url in failed
        ),
    ]
    record = ProductRecord(
        product_id=product_id,
        stamp=stamp,
        images=tuple(images),
        product=None if stamp.deleted else whole,
        digest="0" * 32,
        event_time_ms=1_700_000_000_000,
        indexed_time_ms=1_700_000_001_000,
        source=EventSource("products", 0, 5),
    )
    given = filterable_part(whole, generation().filterable_attributes)
    points = tuple(
        ImagePoint(product_id, url, colour_vector(colour), stamp, given) for url, colour in colours.items()
    )
    return ProductWrite(record, points)


SHOP = (
    product_write(
        "red-shirt",
        {"https://img.example/red.jpg": RED, "https://img.example/red-back.jpg": DARK_RED},
        name="Red shirt",
        category="shirt",
        brand="Nord",
        price=49.9,
        currency="EUR",
        in_stock=True,
        url="https://shop.example/p/red-shirt",
        shop_attributes={"colour": ["red", "white"], "weight": 0.3, "size": 40, "new": True},
        cost_price=12.5,
    ),
    product_write(
        "dark-dress",
        {"https://img.example/dark.jpg": DARK_RED},
        category="dress",
        price=80,
        in_stock=False,
        shop_attributes={"colour": "red", "weight": 0.9, "size": 36, "new": False},
    ),
    product_write(
        "green-shirt", {"https://img.example/green.jpg": GREEN}, category="shirt", brand="Sud", price=20.0
    ),
    product_write("blue/ä b.c", {"https://img.example/blue.jpg": BLUE}, category="trousers", in_stock=True),
    product_write(
        "waiting",
        {},
        pending=["https://img.example/late.jpg"],
        failed=["https://img.example/never.jpg"],
        name="Waiting",
    ),
    product_write("gone", {}, revision=3),
    *(
        product_write(
            f"sock-{n}", {f"https://img.example/sock-{n}.jpg": (200, 200 - n, 180)}, category="socks"
        )
        for n in range(8)
    ),
)
INDEXED = {write.record.product_id for write in SHOP if write.points}
"""The products that a search can find."""


def shop_settings(folder: Path, **fields: object) -> SearchApiSettings:
    """The API's settings; the store's folder is only named."""
    return SearchApiSettings(qdrant_path=folder, **fields)  # type: ignore[arg-type]  # as each field is


def shop_parts(store: VectorStore, host: FakeHost | None = None) -> Parts:
    """Parts over this store, with the colour model loaded."""
    return Parts(
        index=CurrentIndex(store),
        embedders=EmbedderPool.of(ColourEmbedder()),
        fetcher=host or FakeHost(),
        decode_limits=DecodeLimits(max_pixels=1_000_000),
        metrics=Metrics(DEFINITIONS),
    )

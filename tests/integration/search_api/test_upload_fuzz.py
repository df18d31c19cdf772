"""Mutated uploads, from real photos: whatever a body is, the answer is a success or the sender's fault.

FUZZ_UPLOADS=10000 .venv/bin/python -m pytest -s tests/integration/search_api/test_upload_fuzz.py
"""

import base64
import io
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from images import DecodeLimits, ImageSettings, build_fetcher
from model.onnx_embedder import OnnxEmbedder
from model.settings import SHIPPED_MODEL
from search_api.app import create_app
from search_api.photos.embedder_pool import EmbedderPool
from tests.contract.memory_store import MemoryStore
from tests.properties.mutations import mutated
from tests.unit.search_api.shop import SHOP, promoted_index, shop_parts, shop_settings

PHOTOS = Path(__file__).parents[3] / "producer_examples" / "sample_catalog" / "images"
UPLOADS = int(os.environ.get("FUZZ_UPLOADS", "300"))
SEED = int(os.environ.get("FUZZ_SEED", "8"))
FORM = "multipart/form-data; boundary=B"
MAX_DATA_URL_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A body and what it says that it is."""

    content_type: str
    body: bytes


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def files() -> list[bytes]:
    """Real photos as they are and small, in every format that is read."""
    exif = Image.Exif()
    exif[0x0112] = 6
    found = []
    for path in sorted(PHOTOS.glob("*.jpg"))[:6]:
        found.append(path.read_bytes())
        photo = Image.open(path).convert("RGB")
        photo.thumbnail((96, 96))
        found += [
            saved(photo, "JPEG", progressive=True, exif=exif),
            saved(photo.convert("CMYK"), "JPEG"),
            saved(photo, "PNG"),
            saved(photo.quantize(32), "PNG", transparency=0),
            saved(photo.convert("RGBA"), "WEBP", lossless=True),
            saved(photo, "WEBP"),
            saved(photo, "AVIF", speed=10),
            saved(photo.quantize(64), "GIF"),
        ]
    return found


def form_of(photo: bytes) -> bytes:
    return (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + photo + b"\r\n--B\r\n"
        b'Content-Disposition: form-data; name="limit"\r\n\r\n3\r\n--B\r\n'
        b'Content-Disposition: form-data; name="filter.price.lte"\r\n\r\n60\r\n--B--\r\n'
    )


def json_of(photo: bytes) -> bytes:
    url = "data:image/jpeg;base64," + base64.b64encode(photo).decode()
    return json.dumps({"image_url": url, "limit": 3, "filters": {"price": {"lte": 60}}}).encode()


def uploads(seed: int, count: int) -> Iterator[Upload]:
    """The same on every machine; half of them broken within the photo, half anywhere in the body."""
    chance, originals = random.Random(seed), files()
    for _ in range(count):
        photo = chance.choice(originals)
        if inside := chance.random() < 0.5:
            photo = mutated(photo, originals, chance)
        upload = chance.choice(
            (
                Upload("image/jpeg", photo),
                Upload(FORM, form_of(photo)),
                Upload("application/json", json_of(photo)),
            )
        )
        yield upload if inside else replace(upload, body=mutated(upload.body, originals, chance))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    """The API with the model that ships, over the sample shop; data: URLs are allowed."""
    embedder = OnnxEmbedder(SHIPPED_MODEL)
    store = MemoryStore()
    promoted_index(store, model_version=embedder.model_version).write(SHOP)
    images = ImageSettings(image_data_urls=True, image_data_url_max_bytes=MAX_DATA_URL_BYTES)
    fetcher = build_fetcher(images)
    parts = replace(
        shop_parts(store),
        embedders=EmbedderPool.of(embedder),
        fetcher=fetcher,
        decode_limits=DecodeLimits(),
    )
    yield create_app(parts, shop_settings(tmp_path, search_api_rate_limit="")).test_client()
    fetcher.close()


@pytest.mark.timeout(3_600)
def test_mutated_uploads_are_answered_or_refused(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only 2xx and 4xx, each refusal as problem details; some mutants are still photos, and some are not."""
    statuses: Counter[int] = Counter()
    for number, upload in enumerate(uploads(SEED, UPLOADS)):
        answer = client.post("/find_similar", data=upload.body, content_type=upload.content_type)
        statuses[answer.status_code] += 1
        assert 200 <= answer.status_code < 300 or 400 <= answer.status_code < 500, (
            f"upload {number} of seed {SEED} ({upload.content_type}): {answer.status_code} {answer.text}"
        )
        if answer.status_code >= 400:
            assert answer.content_type == "application/problem+json"
    with capsys.disabled():
        told = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
        print(f"\n{UPLOADS} mutated uploads, seed {SEED}: {told}")
    assert {200, 400, 422} <= statuses.keys()

"""Child process: how such services are written. `python -m bench.plain_service KAFKA_CONFIG TOPIC FOLDER`.

One event at a time, one image at a time: requests, Pillow and torchvision's transforms, a ResNet50 TripletNet
in torch's eager mode, one upsert an image. Its weights are random, which costs the same. torch has as many
threads as it takes by itself.
"""

import json
import sys
import uuid
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from time import time_ns
from typing import Any

import requests
import torch
from confluent_kafka import Consumer, TopicPartition
from PIL import Image
from torchvision import transforms

from bench.answering import answer_questions
from model.backbones import BACKBONES
from model.triplet_net import EMBEDDING_DIM, TripletNet
from vector_store import Equals, Generation
from vector_store.edge import EdgeStore
from vector_store.points import Point, UpsertPoints, Vector

_SEED = 0
_TIMEOUT_SECONDS = 10.0


class PlainService:
    """Reads a topic of product events from its beginning, and indexes their images."""

    def __init__(self, kafka_config: Mapping[str, Any], topic: str, folder: Path) -> None:
        torch.manual_seed(_SEED)
        self._network = TripletNet(BACKBONES["resnet50"].build()).eval()
        self._transform = transforms.Compose(
            [
                transforms.Resize(256),
                transforms.CenterCrop(224),
                transforms.ToTensor(),
                transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
            ]
        )
        self._collection = EdgeStore(folder).create(
            Generation(
                name="plain",
                model_version="00000000",
                dimension=EMBEDDING_DIM,
                preprocessing_hash="",
                order_kind="time",
                created_at_ms=time_ns() // 1_000_000,
            )
        )
        self._events = Consumer({**kafka_config, "group.id": f"{topic}.plain"})
        self._position = TopicPartition(topic, 0, 0)

    def index(self, images: int) -> int:
        """Handle events until that many images are searchable; returns how many were. Blocks."""
        done = 0
        for product in self._next_products(images):
            for image in product["images"]:
                self._upsert(product["id"], image["url"], self._embed(image["url"]))
                done += 1
        return done

    def _next_products(self, images: int) -> list[dict[str, Any]]:
        """Those of the next events, read before any is handled.

        Where a broker answers empty fetches at once, a client that goes on reading takes a core from torch.
        """
        products: list[dict[str, Any]] = []
        self._events.assign([self._position])
        while images > 0:
            message = self._events.poll(1.0)
            # A message with an empty value is false.
            if message is None or message.error() is not None:
                continue
            products.append(json.loads(message.value() or b"")["data"])
            images -= len(products[-1]["images"])
            self._position.offset = (message.offset() or 0) + 1
        self._events.unassign()
        return products

    def _embed(self, url: str) -> Vector:
        # The ban keeps shops' URLs to the checked fetcher; this is what it is compared with.
        response = requests.get(url, timeout=_TIMEOUT_SECONDS)  # noqa: TID251
        response.raise_for_status()
        picture = Image.open(BytesIO(response.content)).convert("RGB")
        with torch.no_grad():
            vector: Vector = self._network(self._transform(picture).unsqueeze(0))[0].numpy()
        return vector

    def _upsert(self, product_id: str, url: str, vector: Vector) -> None:
        point = Point(
            str(uuid.uuid5(uuid.NAMESPACE_URL, f"{product_id} {url}")),
            {"kind": "image", "product_id": product_id, "url": url},
            vector,
        )
        self._collection.apply([UpsertPoints((point,), only_over=Equals("kind", "image"))])


def main() -> None:
    """Answer `{"images": n}` until the parent is gone."""
    config, topic, folder = sys.argv[1:]
    service = PlainService(json.loads(config), topic, Path(folder))
    answer_questions(
        lambda question: {"images": service.index(question["images"])},
        greeting={"torch_threads": torch.get_num_threads()},
    )


if __name__ == "__main__":
    main()

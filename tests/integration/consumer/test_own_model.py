"""A team's own ResNet-50, from its checkpoint to a search that finds the products it embedded."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torchvision.models import resnet50

from model.load_embedder import load_embedder
from model.settings import ModelSettings
from search_api.app import create_app
from search_api.settings import SearchApiSettings
from search_api.waiting import waiting_for
from search_api.wiring import built_parts
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.published import product_event, publish
from tests.services.running_consumer import running_consumer
from vector_store import open_store


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A checkpoint as such teams have it, torchvision's last layer replaced, and what export makes of it."""
    torch.manual_seed(3)
    network = resnet50(weights=None)
    network.fc = torch.nn.Linear(2048, 128)
    checkpoint, model = tmp_path / "team.pth", tmp_path / "models" / "team.onnx"
    model.parent.mkdir()
    torch.save({"model_state_dict": {f"module.{k}": v for k, v in network.state_dict().items()}}, checkpoint)
    command = [sys.executable, "-m", "model", "export", "--checkpoint", str(checkpoint)]
    command += ["--backbone", "resnet50", "--output", str(model)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return model


@pytest.mark.timeout(240)
def test_a_teams_checkpoint_is_served_end_to_end(shop: Shop, exported: Path, photos: list[bytes]) -> None:
    """Events are embedded with the team's model, and a photo finds its product with it."""
    urls = [shop.host.serve(f"{n}.jpg", photo) for n, photo in enumerate(photos[:6])]
    publish(
        shop.bootstrap_servers,
        [
            product_event(shop.created, "created", {"id": f"p{n}", "images": [url]}, order=1)
            for n, url in enumerate(urls)
        ],
    )
    embedder = load_embedder(ModelSettings(model_path=exported))
    settings = shop.settings(MODEL_PATH=str(exported))
    store = open_store(settings)
    with running_consumer(settings, store, embedder) as service:
        shop.wait_until_done(store)
        assert service.index.generation.model_version == embedder.model_version
        asked = SearchApiSettings.model_validate(
            {"model_path": exported, "model_dir": exported.parent, "qdrant_path": shop.folder}
        )
        with built_parts(asked, store=store) as parts:
            assert eventually(lambda: not waiting_for(parts), timeout_seconds=60), waiting_for(parts)
            client = create_app(parts, asked).test_client()
            answer = client.post("/find_similar", data={"file": (io.BytesIO(photos[2]), "photo.jpg")})
            assert answer.status_code == 200, answer.text
            assert answer.get_json()["hits"][0]["product"]["id"] == "p2"
            assert answer.get_json()["model_version"] == embedder.model_version
    store.close()

"""`python -m search_api` as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from model.onnx_embedder import read_info
from model.settings import SHIPPED_MODEL
from tests.unit.search_api.shop import generation
from vector_store import ProductIndex
from vector_store.edge import EdgeStore

REPOSITORY = Path(__file__).parents[3]
# On a machine whose cores have other work too, everything takes that much longer.
READY_SECONDS = 5.0 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
ONLY_FOR_TRAINING = {"onnx", "onnxscript", "pytorch_metric_learning", "safetensors", "torch", "torchvision"}


@dataclass(frozen=True, slots=True)
class Running:
    """A process with its addresses, and the file of what it says."""

    process: subprocess.Popen[bytes]
    address: str
    status_address: str
    said: Path


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder with an empty, promoted generation of the model that ships."""
    folder = tmp_path / "index"
    info = read_info(SHIPPED_MODEL)
    store = EdgeStore(folder)
    name = f"products-{info.model_version}"
    store.create(generation(name, model_version=info.model_version, dimension=info.dimension))
    store.promote(name)
    assert ProductIndex(store.open(name)).count_records() == 0
    store.close()
    return folder


def environment(**variables: object) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {name: str(value) for name, value in variables.items()}


@contextmanager
def running(tmp_path: Path, *options: str, **variables: object) -> Iterator[Running]:
    said = tmp_path / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *options, "-m", "search_api"],
            cwd=REPOSITORY,
            env=environment(SEARCH_API_PORT=0, SEARCH_API_STATUS_PORT=0, **variables),
            stdout=output,
            stderr=output,
        )
    try:
        line = listening_line(process, said)
        yield Running(process, line["address"], line["status_address"], said)
    finally:
        process.kill()
        process.wait()


def listening_line(process: subprocess.Popen[bytes], said: Path) -> dict[str, str]:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        for line in said.read_text().splitlines():
            if line.startswith("{") and '"listening"' in line:
                found: dict[str, str] = json.loads(line)
                return found
        assert process.poll() is None, said.read_text()
        sleep(0.02)
    raise AssertionError(said.read_text())


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 (our own process)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_it_is_soon_ready_and_never_imports_torch(tmp_path: Path, index: Path) -> None:
    """From its start to a green /readyz with the shipped model loaded it takes less than five seconds."""
    began = monotonic()
    with running(tmp_path, "-X", "importtime", QDRANT_PATH=index) as service:
        while status_of(f"{service.address}readyz") != 200:
            assert monotonic() - began < READY_SECONDS
            sleep(0.02)
        took_seconds = monotonic() - began
        print(f"ready after {took_seconds:.2f} s")
        assert took_seconds < READY_SECONDS
        assert status_of(f"{service.status_address}metrics") == 200
        imported = {
            line.rpartition("|")[2].strip().partition(".")[0]
            for line in service.said.read_text().splitlines()
            if line.startswith("import time:")
        }
    assert "onnxruntime" in imported
    assert not ONLY_FOR_TRAINING & imported


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path: Path, index: Path, number: signal.Signals) -> None:
    """It stops by itself, without an error, and lets go of the index."""
    with running(tmp_path, QDRANT_PATH=index) as service:
        service.process.send_signal(number)
        assert service.process.wait(20) == 0
        assert "Traceback" not in service.said.read_text()
    EdgeStore(index).close()


def run(*arguments: str, **variables: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "search_api", *arguments],
        cwd=REPOSITORY,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_has_examples() -> None:
    """--help says what it does, and how it is called."""
    done = run("--help")
    assert done.returncode == 0
    assert "Examples:" in done.stdout
    assert "QDRANT_PATH=" in done.stdout


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"SEARCH_API_PORT": "many"}, "SEARCH_API_PORT"),
        ({"SEARCH_API_KEYS": "shop:search:abc"}, "key shop"),
        ({"SEARCH_API_HOST": "192.0.2.1", "SEARCH_API_STATUS_PORT": 0}, "192.0.2.1:8000"),
    ],
)
def test_an_error_is_one_clear_line(index: Path, variables: dict[str, object], said: str) -> None:
    """What cannot start says why in one line, without a traceback, and fails."""
    done = run(QDRANT_PATH=index, **variables)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("search_api: ")
    assert said in last
    assert "Traceback" not in done.stderr


def test_an_index_that_another_process_has_is_one_clear_line(index: Path) -> None:
    """The embedded engine serves one process at a time; --debug shows where that was found out."""
    store = EdgeStore(index)
    try:
        assert "is open in another process" in run(QDRANT_PATH=index).stderr
        assert "Traceback" in run("--debug", QDRANT_PATH=index).stderr
    finally:
        store.close()

"""`python -m standalone reindex` and `generations`, beside a demo that serves and without one."""

import json
import signal
import stat
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from standalone.catalogue import read_catalogue
from standalone.control_client import read_address
from tests.integration.consumer.second_model import VERSION, export_second_model
from tests.integration.standalone.conftest import StartDemo
from tests.integration.standalone.demo_process import DemoProcess, Ports

# A first start embeds 406 photos, and a reindex does so again with few of the machine's cores.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_SERVING = "Serving until Ctrl-C"
_NEW = f"products-{VERSION}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture(scope="module")
def served(start_demo: StartDemo, ports: Ports, folder: Path) -> DemoProcess:
    demo = start_demo(folder, ports)
    demo.wait_for(_SERVING)
    return demo


def told(*words: str, folder: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    """What `python -m standalone` answers to these words."""
    done = subprocess.run(
        [sys.executable, "-m", "standalone", *words, "--data-dir", str(folder)],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done


def roles(folder: Path) -> dict[str, str]:
    """Each generation's role, by its name."""
    lines = told("generations", "list", "--json", folder=folder).stdout.splitlines()
    return {each["generation"]: each["role"] for each in map(json.loads, lines)}


def generation_of_answers(ports: Ports) -> str:
    """Which generation a search is answered from."""
    wanted = {"product_id": read_catalogue().product_ids[0], "limit": 1}
    with requests.Session() as session:
        answer = session.post(f"http://127.0.0.1:{ports.api}/find_similar", json=wanted, timeout=10)
    assert answer.status_code == 200, answer.text
    name: str = answer.json()["generation"]
    return name


def test_a_demo_reindexes_with_another_model_while_it_serves(
    served: DemoProcess, ports: Ports, folder: Path, tmp_path: Path
) -> None:
    """Built beside the old one, compared, promoted; searches are answered from it, and can go back."""
    old = generation_of_answers(ports)
    model = export_second_model(tmp_path / "new.onnx")
    built = told("reindex", "--model", str(model), "--promote", folder=folder)
    catalogue = read_catalogue()
    whole = f"{_NEW}: {len(catalogue.products)} products for sale, {catalogue.image_count} images found"
    assert whole in built.stdout
    assert "audit: clean" in built.stdout
    assert f"builds {_NEW}" in built.stderr
    model.unlink()
    assert generation_of_answers(ports) == _NEW
    assert roles(folder) == {old: "previous", _NEW: "promoted"}
    told("generations", "rollback", folder=folder)
    assert generation_of_answers(ports) == old
    told("generations", "promote", _NEW, folder=folder)
    assert generation_of_answers(ports) == _NEW
    refused = told("reindex", "--model", str(folder / "models" / f"{VERSION}.onnx"), folder=folder, status=1)
    assert "--suffix" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_orders_need_the_token_that_only_the_owner_can_read(served: DemoProcess, folder: Path) -> None:
    """Nobody else of the machine, and no page in a browser, can give one."""
    assert stat.S_IMODE((folder / "control.json").stat().st_mode) == 0o600
    address = read_address(folder / "control.json")
    assert address is not None
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        connection = HTTPConnection("127.0.0.1", address.port, timeout=10)
        connection.request("POST", "/", b'{"verb": "rollback"}', headers)
        assert connection.getresponse().status == 401
        connection.close()


# The tests below end the demo of the ones above, so they come after them.


def test_the_next_start_serves_what_was_promoted(
    start_demo: StartDemo, served: DemoProcess, ports: Ports, folder: Path
) -> None:
    """With its model from the folder, and the generation before kept up to date for a rollback."""
    assert served.stop(signal.SIGTERM) == 0
    assert not (folder / "control.json").exists()
    again = start_demo(folder, ports)
    again.wait_for(_SERVING)
    assert "also kept  products-" in again.output
    assert "as they were left" in again.output
    assert generation_of_answers(ports) == _NEW
    again.kill()


def test_without_a_demo_the_command_does_it_itself(folder: Path, ports: Ports) -> None:
    """A killed demo has left an address where nobody listens: folder, broker and index are taken instead."""
    assert (folder / "control.json").exists()
    told("generations", "rollback", folder=folder)
    before = roles(folder)
    assert before[_NEW] == "previous"
    [old] = [name for name, role in before.items() if role == "promoted"]
    built = told("reindex", "--suffix", "2", "--promote", folder=folder)
    assert "audit: clean" in built.stdout
    assert roles(folder) == {old: "previous", _NEW: "none", f"{old}-2": "promoted"}


def test_a_folder_of_no_demo_is_refused(tmp_path: Path) -> None:
    """One line, and nothing is made there."""
    refused = told("generations", "list", folder=tmp_path / "nothing", status=1)
    assert "is no data folder" in refused.stderr
    assert not (tmp_path / "nothing").exists()

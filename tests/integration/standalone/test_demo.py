"""The demo as a person meets it. Starts of one module share a folder, which the first of them fills."""

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests

from model.settings import SHIPPED_MODEL
from standalone.catalogue import read_catalogue
from tests.ci import skip_or_fail
from tests.integration.standalone.conftest import StartDemo, gone_within
from tests.integration.standalone.demo_process import DemoProcess, Ports
from tests.services.eventually import eventually
from tests.services.shop_backend import node_program

_ROOT = Path(__file__).parents[3]

# What a shell may have set for a real shop; none of it may reach the demo.
_REAL_SHOP = {
    "KAFKA_BOOTSTRAP_SERVERS": "kafka.shop.example:9093",
    "KAFKA_CONFIG": '{"security.protocol": "SSL"}',
    "KAFKA_TOPICS": "shop.products",
    "EVENT_ORDER": "version",
    "COLLECTION": "shop",
    "SEARCH_API_HOST": "192.0.2.1",
    "SEARCH_API_KEYS": f"shop:search:{'0' * 64}",
}
# A first start embeds 406 photos, beside whatever else the machine does.
pytestmark = pytest.mark.timeout(300)

_KEY = "key of a backend"
_SERVING = "Serving until Ctrl-C"


@pytest.fixture(scope="module")
def ports() -> Ports:
    return Ports.free()


@pytest.fixture(scope="module")
def filled(start_demo: StartDemo, ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder that a first start has filled, and what that start said."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    demo = start_demo(folder, ports, "--exit", environment=_REAL_SHOP)
    assert demo.wait() == 0, demo.output
    return folder, demo.output


@pytest.fixture(scope="module")
def served(start_demo: StartDemo, ports: Ports, filled: tuple[Path, str]) -> DemoProcess:
    """A second start on it, serving, and open to calls that write."""
    digest = sha256(_KEY.encode()).hexdigest()
    demo = start_demo(filled[0], ports, environment={"SEARCH_API_KEYS": f"backend:write:{digest}"})
    demo.wait_for(_SERVING)
    return demo


def run(command: str) -> dict[str, Any]:
    """What a pasted command prints."""
    if shutil.which("curl") is None:
        skip_or_fail("this needs curl")
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=30, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def the_example() -> Mapping[str, Any]:
    catalogue = read_catalogue()
    example = catalogue.example(catalogue.product_ids)
    assert example is not None
    return example


def errors_of(demo: DemoProcess) -> list[str]:
    return [line for line in demo.output.splitlines() if line.startswith("error: ")]


def test_a_first_start_says_what_it_did(filled: tuple[Path, str]) -> None:
    """Events, images, images per second and dead letters, without a single escape sequence."""
    catalogue = read_catalogue()
    _, output = filled
    assert f"{len(catalogue.products)} product.created events" in output
    assert re.search(
        rf"{len(catalogue.products)} products with {catalogue.image_count} images, \d+ images/s, "
        r"0 dead letters  \d+\.\d s",
        output,
    )
    assert "\x1b" not in output
    assert "GLIBC" not in output
    assert len(output.splitlines()) < 15


def test_a_second_start_finds_its_index_and_embeds_nothing(
    served: DemoProcess, filled: tuple[Path, str]
) -> None:
    """The same folder serves within seconds, and nothing was published again."""
    assert served.wait_for(_SERVING) < 15
    catalogue = read_catalogue()
    whole = f"{len(catalogue.products)} products with {catalogue.image_count} images, as they were left"
    assert whole in served.output
    assert "published" not in served.output
    log = (filled[0] / "logs" / "services.earlier.log").read_text()
    assert '"event": "generation created"' in log
    assert "generation created" not in (filled[0] / "logs" / "services.log").read_text()


def test_the_calls_of_an_earlier_service_work_as_the_guide_says(
    served: DemoProcess, ports: Ports, tmp_path: Path
) -> None:
    """Its command and its lines for Node.js store two pictures of the sample shop under one product."""
    guide = (_ROOT / "docs" / "how-to" / "move-from-http-calls.md").read_text("utf-8")
    (command,) = re.findall(r"^curl -X POST .*?(?=^```)", guide, re.MULTILINE | re.DOTALL)
    (lines,) = re.findall(r"```js\n(.*?)```", guide, re.DOTALL)
    address = f"http://127.0.0.1:{ports.api}"
    first, second = (
        f"http://127.0.0.1:{ports.images}/images/{path.name}"
        for path in sorted(read_catalogue().folder.glob("images/*.jpg"))[:2]
    )
    (picture,) = re.findall(r'"image_url": "([^"]+)"', command)
    here = command.replace("http://localhost:8000", address).replace(picture, first)
    (stored,) = run(f"KEY='{_KEY}'; {here}")["products"]
    assert stored["event"] == "product.created"
    script = tmp_path / "backend.mjs"
    said = {
        "SEARCH_API_URL": address,
        "SEARCH_API_KEY": _KEY,
        "product": {"_id": stored["product_id"]},
        "image": {"secure_url": second, "public_id": "second"},
    }
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in said.items())
    script.write_text(f"{constants}{lines}console.log(await answer.text());\n")
    done = subprocess.run([node_program(), str(script)], capture_output=True, timeout=30, check=True)
    (stored,) = json.loads(done.stdout)["products"]
    assert stored["event"] == "product.updated"
    about = f"curl -sS {address}/products/{stored['product_id']}"
    assert eventually(lambda: run(about).get("image_counts", {}).get("indexed") == 2, 60), run(about)
    (removed,) = run(
        f"curl -sS '{address}/remove_embedding?wait=20' -H 'X-API-Key: {_KEY}' "
        f"-d product_id={stored['product_id']}"
    )["products"]
    assert (removed["event"], removed["searchable"]) == ("product.deleted", True)


def test_the_printed_commands_answer(served: DemoProcess) -> None:
    """Each of the three, pasted into a shell, prints products that look alike."""
    by_photo, by_json, by_link = (run(command) for command in served.commands)
    example = the_example()["id"]
    assert by_photo["hits"][0]["product"]["id"] == example
    assert by_photo["hits"][0]["score"] == pytest.approx(1, abs=1e-3)
    for answer in (by_json, by_link):
        ids = [hit["product"]["id"] for hit in answer["hits"]]
        assert len(ids) == 3
        assert example not in ids
    assert by_json["hits"] == by_link["hits"]


def test_the_page_and_the_photos_are_there(served: DemoProcess, ports: Ports) -> None:
    """The printed address is a page, which may show the photos that answers name."""
    with requests.Session() as session:
        page = session.get(f"http://127.0.0.1:{ports.api}/", timeout=5)
        assert page.headers["content-type"].startswith("text/html")
        assert f"http://127.0.0.1:{ports.images}" in page.headers["content-security-policy"]
        photo = the_example()["images"][0]["url"]
        picture = session.get(f"http://127.0.0.1:{ports.images}/{photo}", timeout=5)
        assert picture.headers["content-type"] == "image/jpeg"
    assert f"http://127.0.0.1:{ports.api}/" in served.output


def test_a_second_demo_on_the_folder_is_refused(
    start_demo: StartDemo, served: DemoProcess, filled: tuple[Path, str]
) -> None:
    """One line, which names the process that is in the way."""
    other = start_demo(filled[0], Ports.free(), "--reset")
    assert other.wait() == 1
    [line] = errors_of(other)
    assert re.search(r"is in use by another demo \(process \d+\).*--data-dir$", line)


@pytest.mark.parametrize("option", ["port", "broker-port", "image-port"])
def test_a_taken_port_is_one_line(
    option: str, start_demo: StartDemo, served: DemoProcess, ports: Ports, tmp_path: Path
) -> None:
    """Whichever port it is, the line names it and the option that chooses another."""
    free = Ports.free()
    taken = {
        "port": replace(free, api=ports.api),
        "broker-port": replace(free, broker=ports.broker),
        "image-port": replace(free, images=ports.images),
    }[option]
    demo = start_demo(tmp_path / "data", taken)
    assert demo.wait() == 1
    [line] = errors_of(demo)
    assert re.search(rf"port \d+, for .*, is taken.*--{option} \d+", line)


# The tests below start and end demos on the folder of the ones above, so they come after them.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_its_children(
    number: signal.Signals, start_demo: StartDemo, served: DemoProcess, ports: Ports, filled: tuple[Path, str]
) -> None:
    """Ctrl-C and SIGTERM end everything, quickly, as a success."""
    if number is signal.SIGINT:
        demo = served
    else:
        demo = start_demo(filled[0], ports)
        demo.wait_for(_SERVING)
    children = demo.children()
    assert children
    began = time.monotonic()
    assert demo.stop(number) == 0
    assert time.monotonic() - began < 10
    assert gone_within(children, 1)
    assert "Traceback" not in demo.output


def test_a_killed_demo_leaves_nobody_behind_and_starts_again(
    start_demo: StartDemo, ports: Ports, filled: tuple[Path, str]
) -> None:
    """kill -9 of the demo ends its broker too, and the next start serves what was there."""
    demo = start_demo(filled[0], ports)
    demo.wait_for(_SERVING)
    children = demo.children()
    demo.kill()
    assert gone_within(children, 5)
    again = start_demo(filled[0], ports, "--exit")
    assert again.wait() == 0
    assert "as they were left" in again.output


def test_another_model_is_refused_with_the_reset(
    start_demo: StartDemo, ports: Ports, filled: tuple[Path, str], tmp_path: Path
) -> None:
    """Vectors of two models do not compare, and the line says how to start over."""
    version = re.search(r"version ([0-9a-f]{8})", filled[1])
    assert version is not None
    other = tmp_path / "other.onnx"
    other.write_bytes(SHIPPED_MODEL.read_bytes().replace(version[1].encode(), b"0badf00d"))
    demo = start_demo(filled[0], ports, environment={"MODEL_PATH": str(other)})
    assert demo.wait() == 1
    [line] = errors_of(demo)
    assert "0badf00d" in line
    assert "--reset" in line


@pytest.mark.slow
def test_a_reset_that_is_cut_off_is_made_up_for(
    start_demo: StartDemo, ports: Ports, filled: tuple[Path, str]
) -> None:
    """--reset begins anew; killed while it indexes, the next start completes what is missing."""
    demo = start_demo(filled[0], ports, "--reset")
    demo.wait_for("published ")
    time.sleep(2)
    demo.kill()
    again = start_demo(filled[0], ports, "--exit")
    assert again.wait() == 0, again.output
    catalogue = read_catalogue()
    assert f"{len(catalogue.products)} products with {catalogue.image_count} images" in again.output


def test_a_broker_that_dies_ends_the_demo_with_one_line(
    start_demo: StartDemo, ports: Ports, filled: tuple[Path, str]
) -> None:
    """The demo does not pretend to work without its broker."""
    demo = start_demo(filled[0], ports)
    demo.wait_for(_SERVING)
    next(child for child in demo.children() if child.name().startswith("noida")).kill()
    assert demo.wait(20) == 1
    [line] = errors_of(demo)
    assert re.search(r"the embedded broker ended by itself .*--bootstrap-servers$", line)

"""The Node example as its operator starts it: a process of its own, told everything by the environment."""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests

from tests.brokers.free_ports import free_ports
from tests.brokers.owned_process import OwnedProcess
from tests.ci import skip_or_fail
from tests.services.eventually import eventually

NODE_EXAMPLE = Path(__file__).parents[2] / "producer_examples" / "node"
_VIRTUAL_ENVIRONMENT = Path(__file__).parents[2] / ".venv" / "bin"
_START_TIMEOUT_SECONDS = 60
_REQUEST_TIMEOUT_SECONDS = 30


def node_program() -> str:
    """The path of node, where the example's packages are installed too; else the test skips or fails."""
    node = shutil.which("node") or shutil.which("node", path=str(_VIRTUAL_ENVIRONMENT))
    if node is None:
        skip_or_fail("this needs Node.js 20.19 or newer")
    if not (NODE_EXAMPLE / "node_modules" / ".package-lock.json").is_file():
        skip_or_fail("the Node example's packages are not installed: make node-modules")
    return node


class ShopRequests:
    """What admins and shoppers ask of the backend at `address`."""

    address: str

    def create(
        self, fields: Mapping[str, Any], photos: Mapping[str, bytes] = MappingProxyType({})
    ) -> dict[str, Any]:
        """Create a product by a form, as a browser sends it; returns it."""
        answer = self.ask("POST", "", data=fields, files=_photos(photos))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def update(
        self, product_id: str, fields: Mapping[str, Any], photos: Mapping[str, bytes] = MappingProxyType({})
    ) -> dict[str, Any]:
        """Change a product by a form; returns it."""
        answer = self.ask("PATCH", f"/{product_id}", data=fields, files=_photos(photos))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def delete(self, product_id: str) -> None:
        answer = self.ask("DELETE", f"/{product_id}")
        assert answer.status_code == 204, answer.text

    def similar_to_photo(self, photo: bytes, **terms: str) -> dict[str, Any]:
        answer = self.ask(
            "POST", "/similar", data=terms, files=[("photo", ("photo.jpg", photo, "image/jpeg"))]
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ask(self, method: str, path: str, **words: Any) -> requests.Response:
        """A request below /api/products; raises requests' errors where the process dies meanwhile."""
        with requests.Session() as session:
            url = f"{self.address}/api/products{path}"
            return session.request(method, url, timeout=_REQUEST_TIMEOUT_SECONDS, **words)


class ShopBackend(ShopRequests, OwnedProcess):
    """`node main.js` (or another script of the example) with these settings and nothing else of ours."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str], script: Iterable[str] = ("main.js",), port: int = 0
    ) -> None:
        self.port = port or free_ports(1)[0]
        self.address = f"http://127.0.0.1:{self.port}"
        folder.mkdir(parents=True, exist_ok=True)
        own = {
            "PORT": str(self.port),
            "PUBLIC_URL": self.address,
            "PHOTO_FOLDER": str(folder / "photos"),
            **settings,
        }
        variables = [f"{name}={value}" for name, value in own.items()]
        file, *words = script
        command = ["env", *variables, node_program(), str(NODE_EXAMPLE / file), *words]
        super().__init__(command, folder / f"backend-{self.port}.log")

    def start_and_wait(self) -> None:
        """Block until it listens."""
        _start(self)

    def log_events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_tail(lines=10_000).splitlines() if line.startswith("{")]


class ManyBackends(OwnedProcess):
    """The backends of several shops in one process, each with settings of its own beside the common ones."""

    def __init__(self, folder: Path, common: Mapping[str, str], own: Iterable[Mapping[str, str]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        variables = [f"{name}={value}" for name, value in common.items()]
        shops = [json.dumps({"PORT": "0", **settings}) for settings in own]
        script = str(NODE_EXAMPLE / "tests" / "many_backends.js")
        super().__init__(["env", *variables, node_program(), script, *shops], folder / "backends.log")

    def start_and_wait(self) -> list[ShopRequests]:
        """Block until all listen; returns them in the order of their settings."""
        _start(self)
        (listening,) = (line for line in self.log_tail(lines=10_000).splitlines() if '"listening"' in line)
        found = []
        for address in json.loads(listening)["addresses"]:
            each = ShopRequests()
            each.address = address
            found.append(each)
        return found


def _start(process: OwnedProcess) -> None:
    process.start()
    assert eventually(
        lambda: not process.running or '"listening"' in process.log_tail(lines=1000), _START_TIMEOUT_SECONDS
    ), process.log_tail()
    assert process.running, process.log_tail()


def _photos(photos: Mapping[str, bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (name, content, "image/jpeg")) for name, content in photos.items()]

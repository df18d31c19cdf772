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


class ShopBackend(OwnedProcess):
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
        self.start()
        assert eventually(self._listens, _START_TIMEOUT_SECONDS), self.log_tail()
        assert self.running, self.log_tail()

    def _listens(self) -> bool:
        return not self.running or '"listening"' in self.log_tail(lines=1000)

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

    def log_events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log_tail(lines=10_000).splitlines() if line.startswith("{")]


def _photos(photos: Mapping[str, bytes]) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (name, content, "image/jpeg")) for name, content in photos.items()]

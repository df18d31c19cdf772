import io
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from PIL import Image

from images import ImageFetcher, ImageSettings, build_fetcher
from tests.integration.images.scripted_host import ScriptedHost


@pytest.fixture
def host() -> Iterator[ScriptedHost]:
    with ScriptedHost() as scripted:
        yield scripted


@pytest.fixture
def other_host() -> Iterator[ScriptedHost]:
    with ScriptedHost() as scripted:
        yield scripted


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A small JPEG file."""
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def fetcher_of(host: ScriptedHost, other_host: ScriptedHost) -> Iterator[Callable[..., ImageFetcher]]:
    """Makes fetchers that may reach the scripted hosts; keyword arguments are settings without `image_`.

    lookup and the clocks go to build_fetcher.
    """
    with ExitStack() as stack:

        def make(
            *,
            lookup: Callable[..., Any] = socket.getaddrinfo,
            clocks: dict[str, Callable[[], float]] | None = None,
            **settings: Any,
        ) -> ImageFetcher:
            settings.setdefault("local_hosts", f"{host.authority},{other_host.authority}")
            settings.setdefault("deadline_seconds", 5)
            named = {f"image_{name}": value for name, value in settings.items()}
            fetcher = build_fetcher(ImageSettings.model_validate(named), lookup=lookup, **(clocks or {}))
            stack.callback(fetcher.close)
            return fetcher

        yield make

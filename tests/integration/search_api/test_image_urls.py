"""A query's image_url reaches what is configured, and nothing inside: DESIGN §6, through the API."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from images import build_fetcher
from search_api.app import create_app
from search_api.photos.bounded_fetcher import BoundedFetcher
from tests.contract.memory_store import MemoryStore
from tests.integration.images.scripted_host import ScriptedHost, response
from tests.integration.images.test_addresses import Names
from tests.unit.search_api.answers import body, problem
from tests.unit.search_api.shop import RED, SHOP, picture, promoted_index, shop_parts, shop_settings

MakeClient = Callable[..., FlaskClient]
# Of the internet's range, and assigned to nobody.
PUBLIC = "2000::1"


@pytest.fixture
def inside() -> Iterator[ScriptedHost]:
    """What must not be reached: a service of the shop's own network, with a picture that would be found."""
    with ScriptedHost() as host:
        host.scripts["/photo"] = response(picture(RED))
        yield host


@pytest.fixture
def make_client(tmp_path: Path) -> Iterator[MakeClient]:
    """Clients of the API with its own fetcher; keyword arguments are settings without `image_`."""
    store = MemoryStore()
    promoted_index(store).write(SHOP)
    with ExitStack() as stack:

        def make(
            *,
            lookup: Callable[..., Any] = socket.getaddrinfo,
            monotonic: Callable[[], float] | None = None,
            **settings: Any,
        ) -> FlaskClient:
            named = {f"image_{name}": value for name, value in settings.items()}
            configured = shop_settings(tmp_path, **named)
            clocks = {} if monotonic is None else {"monotonic": monotonic}
            fetcher = build_fetcher(configured, lookup=lookup, **clocks)
            stack.callback(fetcher.close)
            plain = shop_parts(store)
            parts = replace(plain, fetcher=BoundedFetcher(fetcher, plain.photo_lines.fetches))
            return create_app(parts, configured).test_client()

        yield make


def refused(client: FlaskClient, url: str) -> str:
    """The type of the problem that a search by this URL is answered with."""
    answer = client.post("/find_similar", json={"image_url": url})
    return str(problem(answer)["type"]).removeprefix("/problems/")


def test_an_allowed_host_is_fetched_from(make_client: MakeClient, inside: ScriptedHost) -> None:
    """Without this, everything below could be refused for another reason."""
    client = make_client(local_hosts=inside.authority)
    answer = client.post("/find_similar", json={"image_url": inside.url("/photo"), "limit": 1})
    assert body(answer)["hits"][0]["product"]["id"] == "red-shirt"
    assert inside.connections == 1


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::]",
        "[fc00::1]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "localhost",
        "localhost.",
        "example.com",
        "user:password@127.0.0.1",
        "res.cloudinary.com@127.0.0.1",
        "res.cloudinary.com.evil.example",
        "127.0.0.1\\@res.cloudinary.com",
        "127。0。0。1",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_form_of_an_inner_address_is_fetched(
    make_client: MakeClient, inside: ScriptedHost, scheme: str, host: str
) -> None:
    """With the allow-list as it is by default, and however the address is written."""
    asked = Names()
    client = make_client(lookup=asked)
    assert refused(client, f"{scheme}://{host}:{inside.port}/photo") == "image-url-refused"
    assert (inside.connections, asked.asked) == (0, [])


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://127.0.0.1/a.jpg", "gopher://127.0.0.1/", "data:image/png;base64,AAAA"],
)
def test_other_schemes_are_not_fetched(make_client: MakeClient, url: str) -> None:
    """Only what a picture is served by; data: URLs are off by default."""
    assert refused(make_client(), url) == "image-url-refused"


def test_without_allowed_hosts_image_urls_are_off(make_client: MakeClient) -> None:
    """Uploads and products are searched all the same."""
    asked = Names(res_cloudinary_com=[[PUBLIC]])
    client = make_client(allowed_hosts="", lookup=asked)
    assert refused(client, "https://res.cloudinary.com/demo/a.jpg") == "image-url-refused"
    assert asked.asked == []
    photo = client.post("/find_similar", data=picture(RED), content_type="image/png")
    assert body(photo)["hits"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"]
)
def test_an_allowed_name_with_an_inner_address_is_refused(
    make_client: MakeClient, inside: ScriptedHost, address: str
) -> None:
    """Whoever controls the name's DNS does not control what the API connects to, nor does one good address
    beside a bad one."""
    for rows in ([[address]], [[PUBLIC, address]]):
        client = make_client(lookup=Names(images_test=rows), allowed_hosts=f"images.test:{inside.port}")
        assert refused(client, f"https://images.test:{inside.port}/photo") == "image-url-refused"
    assert inside.connections == 0


def test_a_redirect_inside_is_not_followed(make_client: MakeClient, inside: ScriptedHost) -> None:
    """Each hop is checked as the first: host, port and addresses."""
    names = Names(inside_test=[["127.0.0.1"]])
    with ScriptedHost() as outside:
        client = make_client(
            lookup=names, local_hosts=outside.authority, allowed_hosts=f"http://inside.test:{inside.port}"
        )
        for target in (
            f"http://127.0.0.1:{inside.port}/photo",
            f"http://inside.test:{inside.port}/photo",
            f"//[::1]:{inside.port}/photo",
            "file:///etc/passwd",
        ):
            outside.scripts["/photo"] = response(status=302, Location=target)
            assert refused(client, outside.url("/photo")) in {"image-url-refused", "image-not-delivered"}
        assert outside.connections >= 1
    assert inside.connections == 0


def test_a_name_that_changes_between_check_and_connection_gains_nothing(
    make_client: MakeClient, inside: ScriptedHost
) -> None:
    """Public first, loopback then: the address that was checked is the one connected to, and the next
    look-up is checked anew."""
    seconds = 0.0
    names = Names(images_test=[[PUBLIC], ["127.0.0.1"]])
    client = make_client(
        lookup=names,
        allowed_hosts=f"images.test:{inside.port}",
        deadline_seconds=0.3,
        monotonic=lambda: seconds,
    )
    url = f"https://images.test:{inside.port}/photo"
    assert refused(client, url) in {"image-host-slow", "image-host-failed"}
    assert names.asked == ["images.test"]
    seconds = 3_600.0
    assert refused(client, url) == "image-url-refused"
    assert inside.connections == 0


def test_what_an_inner_host_says_is_not_told(make_client: MakeClient, inside: ScriptedHost) -> None:
    """A refusal names the host that was asked for, never an address that it resolved to or a body."""
    inside.scripts["/photo"] = response(b"the secret", status=500)
    client = make_client(local_hosts=inside.authority)
    answer = client.post("/find_similar", json={"image_url": inside.url("/photo")})
    assert answer.status_code == 502
    assert "the secret" not in answer.text
    names = Names(images_test=[["10.20.30.40"]])
    hidden = make_client(lookup=names, allowed_hosts="images.test")
    answer = hidden.post("/find_similar", json={"image_url": "https://images.test/a.jpg"})
    assert "10.20.30.40" not in answer.text

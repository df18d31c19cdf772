import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from images import FetchTimedOut, ForbiddenAddress, HostUnreachable, ImageFetcher
from tests.integration.images.scripted_host import ScriptedHost, Visitor, response

FetcherOf = Callable[..., ImageFetcher]
Rows = list[tuple[object, ...]]

_CERTIFICATES = Path(__file__).parent / "certificates"
# Of the internet's range, and assigned to nobody: nothing outside is ever reached.
_PUBLIC = "2000::1"


class Names:
    """A resolver whose answers a test writes down: the last one for a name stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = {name.replace("_", "."): list(rows) for name, rows in answers.items()}
        self.asked: list[str] = []

    def __call__(self, name: str, port: int, **_: object) -> Rows:
        self.asked.append(name)
        answers = self._answers.get(name)
        if answers is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in addresses
        ]


@pytest.fixture
def tls_host() -> Iterator[ScriptedHost]:
    """Answers as images.test and *.cdn.test."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATES / "images.test.pem")
    with ScriptedHost(tls=context) as scripted:
        yield scripted


def test_tls_verifies_the_name_while_the_address_is_pinned(
    tls_host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """The host's name is in handshake, Host header and certificate; connections are kept."""
    names_in_handshakes: list[str | None] = []
    assert tls_host.tls is not None
    tls_host.tls.sni_callback = lambda _sock, name, _context: names_in_handshakes.append(name)
    tls_host.scripts["/photo"] = response(photo)
    names = Names(images_test=[["127.0.0.1"]])
    authority = f"images.test:{tls_host.port}"
    fetcher = fetcher_of(lookup=names, local_hosts=authority, ca_file=_CERTIFICATES / "authority.pem")
    for _ in range(3):
        assert fetcher.fetch(f"https://{authority}/photo") == photo
    assert names_in_handshakes == ["images.test"]
    assert tls_host.asked[0].headers["host"] == authority
    assert (tls_host.connections, names.asked) == (1, ["images.test"])


@pytest.mark.parametrize("name", ["other.test", "deep.er.cdn.test", "127.0.0.1"])
def test_a_certificate_of_another_name_is_refused(
    tls_host: ScriptedHost, fetcher_of: FetcherOf, name: str
) -> None:
    """A host that cannot prove its name gets no request."""
    names = Names(**{name.replace(".", "_"): [["127.0.0.1"]]})
    authority = f"{name}:{tls_host.port}"
    fetcher = fetcher_of(lookup=names, local_hosts=authority, ca_file=_CERTIFICATES / "authority.pem")
    with pytest.raises(HostUnreachable, match="certificate"):
        fetcher.fetch(f"https://{authority}/photo")
    assert tls_host.asked == []


def test_a_certificate_of_an_unknown_authority_is_refused(
    tls_host: ScriptedHost, fetcher_of: FetcherOf
) -> None:
    """Without the authority being configured, nothing it signed is believed."""
    authority = f"images.test:{tls_host.port}"
    fetcher = fetcher_of(lookup=Names(images_test=[["127.0.0.1"]]), local_hosts=authority)
    with pytest.raises(HostUnreachable, match="certificate"):
        fetcher.fetch(f"https://{authority}/photo")


def test_a_tls_handshake_has_the_deadline_too(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """A host that accepts and then says nothing does not outlive the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        authority = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(FetchTimedOut):
            fetcher_of(local_hosts=authority, deadline_seconds=0.3).fetch(f"https://{authority}/photo")


def test_a_body_over_tls_has_the_deadline_too(tls_host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """Dripping works no better encrypted."""

    def drip(visitor: Visitor) -> bool:
        visitor.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while visitor.pause(0.05):
            visitor.send(b"x")
        return False

    tls_host.scripts["/photo"] = drip
    authority = f"images.test:{tls_host.port}"
    fetcher = fetcher_of(
        lookup=Names(images_test=[["127.0.0.1"]]),
        local_hosts=authority,
        ca_file=_CERTIFICATES / "authority.pem",
        deadline_seconds=0.5,
    )
    with pytest.raises(FetchTimedOut):
        fetcher.fetch(f"https://{authority}/photo")


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        [_PUBLIC, "127.0.0.1"],
        [_PUBLIC, "::1"],
        ["10.0.0.1", _PUBLIC],
        ["169.254.169.254"],
        ["64:ff9b::a9fe:a9fe"],
        ["2002:a9fe:a9fe::"],
        ["::127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["192.0.0.8"],
        ["224.0.0.1"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["fe80::1"],
    ],
)
def test_every_resolved_address_is_checked(
    host: ScriptedHost, fetcher_of: FetcherOf, addresses: list[str]
) -> None:
    """One address that is not public is enough to refuse an allowed name, wherever in the answer it is."""
    fetcher = fetcher_of(lookup=Names(images_test=[addresses]), allowed_hosts=f"images.test:{host.port}")
    with pytest.raises(ForbiddenAddress):
        fetcher.fetch(f"https://images.test:{host.port}/photo")
    assert host.connections == 0


def test_a_name_that_turns_private_does_not_get_through(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """Public first, loopback then: one look-up serves check and connection; the next is checked anew.

    The public address takes no connection here, so a second look-up on connecting would be seen at once.
    """
    seconds = 0.0
    names = Names(images_test=[[_PUBLIC], ["127.0.0.1"]])
    fetcher = fetcher_of(
        lookup=names,
        allowed_hosts=f"images.test:{host.port}",
        deadline_seconds=0.3,
        clocks={"monotonic": lambda: seconds},
    )
    url = f"https://images.test:{host.port}/photo"
    with pytest.raises((FetchTimedOut, HostUnreachable)):
        fetcher.fetch(url)
    assert names.asked == ["images.test"]
    seconds = 3_600.0
    with pytest.raises(ForbiddenAddress):
        fetcher.fetch(url)
    assert host.connections == 0


def test_a_redirect_to_a_name_with_a_private_address_does_not_get_through(
    host: ScriptedHost, other_host: ScriptedHost, fetcher_of: FetcherOf
) -> None:
    """Addresses are checked on every hop, and an exempt host does not exempt the next one."""
    fetcher = fetcher_of(
        lookup=Names(inside_test=[["127.0.0.1"]]),
        local_hosts=host.authority,
        allowed_hosts=f"http://inside.test:{other_host.port}",
    )
    host.scripts["/photo"] = response(status=302, Location=f"http://inside.test:{other_host.port}/photo")
    with pytest.raises(ForbiddenAddress):
        fetcher.fetch(host.url("/photo"))
    assert other_host.connections == 0


def test_an_address_that_takes_no_connection_is_followed_by_the_next(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """Of several addresses the first that answers is used, and used again."""
    host.scripts["/photo"] = response(photo)
    authority = f"images.test:{host.port}"
    names = Names(images_test=[["::1", "127.0.0.2", "127.0.0.1"]])
    fetcher = fetcher_of(lookup=names, local_hosts=authority)
    for _ in range(3):
        assert fetcher.fetch(f"http://{authority}/photo") == photo
    assert (host.connections, names.asked) == (1, ["images.test"])


def test_a_local_host_may_not_be_a_metadata_service(fetcher_of: FetcherOf) -> None:
    """What is exempt from the check is loopback and private networks, not where clouds keep credentials."""
    fetcher = fetcher_of(lookup=Names(inside_test=[["169.254.169.254"]]), local_hosts="inside.test")
    with pytest.raises(ForbiddenAddress):
        fetcher.fetch("http://inside.test/photo")


def test_a_name_that_does_not_exist_may_pass(fetcher_of: FetcherOf) -> None:
    """DNS fails now and then."""
    with pytest.raises(HostUnreachable, match=r"images\.test"):
        fetcher_of(lookup=Names(), allowed_hosts="images.test").fetch("https://images.test/photo")

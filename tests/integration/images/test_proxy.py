import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from images import ForbiddenAddress, ForbiddenHost, HostUnreachable, ImageFetcher
from tests.integration.images.scripted_host import ScriptedHost, Visitor, response

FetcherOf = Callable[..., ImageFetcher]

_CERTIFICATES = Path(__file__).parent / "certificates"


def no_lookup(name: str, *_: object, **__: object) -> list[tuple[object, ...]]:
    raise AssertionError(f"{name} is the proxy's to resolve")


def tunnel_to(port: int) -> Callable[[Visitor], bool]:
    """Answers CONNECT with a connection to a port of loopback, and passes bytes both ways."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def script(visitor: Visitor) -> bool:
        with socket.create_connection(("127.0.0.1", port)) as onward:
            visitor.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=copy, args=(onward, visitor.sock), daemon=True)
            back.start()
            copy(visitor.sock, onward)
            back.join(10)
        return False

    return script


def test_https_goes_through_the_configured_proxys_tunnel(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """The proxy is told name and password; the certificate is verified against the host's name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATES / "images.test.pem")
    with ScriptedHost(tls=context) as origin:
        origin.scripts["/photo"] = response(photo)
        host.scripts["images.test:443"] = tunnel_to(origin.port)
        host.scripts["other.cdn.example:443"] = tunnel_to(origin.port)
        fetcher = fetcher_of(
            lookup=no_lookup,
            allowed_hosts="images.test,other.cdn.example",
            ca_file=_CERTIFICATES / "authority.pem",
            proxy_url=f"http://me:secret@{host.authority}",
        )
        for _ in range(2):
            assert fetcher.fetch("https://images.test/photo") == photo
        assert [asked.method for asked in host.asked] == ["CONNECT"]
        assert host.asked[0].headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"
        assert "proxy-authorization" not in origin.asked[0].headers
        with pytest.raises(HostUnreachable, match="certificate"):
            fetcher.fetch("https://other.cdn.example/photo")
        fetcher.close()


def test_plain_http_is_forwarded_by_the_configured_proxy(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """A proxy gets the whole URL; hosts and literal addresses are still checked before it is asked."""
    host.scripts["http://images.test/photo"] = response(photo)
    fetcher = fetcher_of(
        lookup=no_lookup, allowed_hosts="http://images.test", proxy_url=f"http://{host.authority}"
    )
    assert fetcher.fetch("http://images.test/photo") == photo
    with pytest.raises(ForbiddenHost):
        fetcher.fetch("http://other.test/photo")
    with pytest.raises(ForbiddenAddress):
        fetcher.fetch("http://169.254.169.254/photo")


def test_a_proxy_that_is_down_may_pass(fetcher_of: FetcherOf) -> None:
    """The error does not give the proxy's password away."""
    with ScriptedHost() as gone:
        authority = gone.authority
    fetcher = fetcher_of(
        lookup=no_lookup, allowed_hosts="images.test", proxy_url=f"http://me:secret@{authority}"
    )
    with pytest.raises(HostUnreachable) as caught:
        fetcher.fetch("https://images.test/photo")
    assert "secret" not in str(caught.value)

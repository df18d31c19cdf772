from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from images import (
    BadUrl,
    CloudinaryError,
    EncodedBody,
    ForbiddenAddress,
    ForbiddenHost,
    HostUnreachable,
    HttpMissing,
    HttpRefused,
    HttpUnavailable,
    ImageError,
    ImageFetcher,
    TooManyBytes,
    TooManyRedirects,
)
from tests.integration.images.scripted_host import ScriptedHost, Visitor, response

FetcherOf = Callable[..., ImageFetcher]


def endless(visitor: Visitor) -> bool:
    """A redirect whose body never ends."""
    visitor.send(b"HTTP/1.1 302 Found\r\nLocation: /photo\r\nContent-Length: 999999999999\r\n\r\n")
    while visitor.pause(0.001):
        visitor.send(b"x" * 65_536)
    return False


def test_fetches_the_bytes_and_asks_for_no_compression(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """A good URL gives its body, and the request names host and encoding as it should."""
    host.scripts["/a%20b/%7Ec//d.jpg?x=1&y=%2F"] = response(photo)
    assert fetcher_of().fetch(host.url("/a%20b/%7Ec//d.jpg?x=1&y=%2F#top")) == photo
    (asked,) = host.asked
    assert asked.method == "GET"
    assert asked.headers["host"] == host.authority
    assert asked.headers["accept-encoding"] == "identity"
    assert not {"cookie", "authorization"} & set(asked.headers)


def test_odd_characters_are_sent_as_browsers_send_them(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """Letters beyond ASCII and spaces are percent-encoded, since shops write them into their URLs."""
    host.scripts["/%C3%A9t%C3%A9%20bleu.jpg"] = response(photo)
    assert fetcher_of().fetch(host.url("/été bleu.jpg")) == photo


def test_connections_are_kept_and_used_again(host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes) -> None:
    """Ten images, a missing one and a redirect among them, come over one connection."""
    host.scripts |= {"/photo": response(photo), "/moved": response(b"moved", 302, Location="/photo")}
    fetcher = fetcher_of()
    for _ in range(8):
        assert fetcher.fetch(host.url("/photo")) == photo
    assert fetcher.fetch(host.url("/moved")) == photo
    with pytest.raises(HttpMissing):
        fetcher.fetch(host.url("/nothing"))
    assert fetcher.fetch(host.url("/photo")) == photo
    assert host.connections == 1


def test_a_kept_connection_that_the_host_closed_is_replaced(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """A host that hangs up on the second request of a connection is asked again over a new one."""
    answered: set[int] = set()

    def once_a_connection(visitor: Visitor) -> bool:
        if visitor.sock.fileno() in answered:
            answered.clear()
            visitor.reset()
            return False
        answered.add(visitor.sock.fileno())
        return response(photo)(visitor)

    host.scripts["/photo"] = once_a_connection
    fetcher = fetcher_of()
    assert fetcher.fetch(host.url("/photo")) == photo
    assert fetcher.fetch(host.url("/photo")) == photo
    assert (host.connections, host.times_asked("/photo")) == (2, 3)


def test_a_first_connection_that_is_reset_is_tried_once(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """Only what an idle connection may do is mended at once; a reset is a failure of the host."""

    def reset(visitor: Visitor) -> bool:
        visitor.reset()
        return False

    host.scripts["/photo"] = reset
    with pytest.raises(HostUnreachable):
        fetcher_of().fetch(host.url("/photo"))
    assert host.times_asked("/photo") == 1


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (400, HttpRefused),
        (401, HttpMissing),
        (402, HttpRefused),
        (403, HttpRefused),
        (404, HttpMissing),
        (408, HttpUnavailable),
        (410, HttpMissing),
        (418, HttpRefused),
        (429, HttpUnavailable),
        (451, HttpRefused),
        (500, HttpUnavailable),
        (503, HttpUnavailable),
        (599, HttpUnavailable),
        (201, HttpRefused),
        (204, HttpRefused),
        (206, HttpRefused),
        (300, HttpRefused),
        (304, HttpRefused),
    ],
)
def test_each_status_has_its_error(
    host: ScriptedHost, fetcher_of: FetcherOf, status: int, leaf: type[ImageError]
) -> None:
    """Statuses that may pass, may pass for a day, and will not, are told apart."""
    host.scripts["/photo"] = response(b"" if status in {204, 304} else b"page", status)
    with pytest.raises(leaf) as caught:
        fetcher_of().fetch(host.url("/photo"))
    assert type(caught.value) is leaf
    assert caught.value.status == status
    assert caught.value.url == host.url("/photo")
    assert str(status) in str(caught.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0.0),
        ("99999999999", 604_800.0),
        ("soon", None),
    ],
)
def test_retry_after_is_in_the_error(
    host: ScriptedHost, fetcher_of: FetcherOf, value: str, seconds: float | None
) -> None:
    """Seconds and dates are understood, capped at a week; nonsense is no answer."""
    host.scripts["/photo"] = response(status=429, Retry_After=value)
    now = datetime(2026, 10, 21, 7, 28, tzinfo=UTC).timestamp()
    with pytest.raises(HttpUnavailable) as caught:
        fetcher_of(clocks={"now_seconds": lambda: now}).fetch(host.url("/photo"))
    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404])
def test_a_cloudinary_error_is_a_failure_whatever_its_status(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes, status: int
) -> None:
    """A placeholder picture with status 200 is not taken for the product's."""
    host.scripts["/photo"] = response(photo, status, X_Cld_Error="Resource not found - a", Location="/x")
    with pytest.raises(CloudinaryError, match="Resource not found - a") as caught:
        fetcher_of().fetch(host.url("/photo"))
    assert caught.value.status == status


def test_a_rate_limit_of_cloudinary_may_pass(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """429 with X-Cld-Error keeps its Retry-After."""
    host.scripts["/photo"] = response(status=429, X_Cld_Error="too many", Retry_After="3")
    with pytest.raises(HttpUnavailable) as caught:
        fetcher_of().fetch(host.url("/photo"))
    assert caught.value.retry_after_seconds == 3


def test_redirects_are_followed_up_to_a_number(
    host: ScriptedHost, other_host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """Relative, absolute and to another allowed host; one more than allowed is an error, and so is a loop."""
    host.scripts |= {
        "/a/1": response(status=301, Location="2"),
        "/a/2": response(status=307, Location=other_host.url("/3")),
        "/loop": response(status=302, Location="/loop"),
    }
    other_host.scripts |= {"/3": response(status=308, Location="/4?x=1"), "/4?x=1": response(photo)}
    assert fetcher_of().fetch(host.url("/a/1")) == photo
    with pytest.raises(TooManyRedirects):
        fetcher_of(max_redirects=2).fetch(host.url("/a/1"))
    with pytest.raises(TooManyRedirects) as caught:
        fetcher_of().fetch(host.url("/loop"))
    assert caught.value.url == host.url("/loop")
    assert host.times_asked("/loop") == 4


@pytest.mark.parametrize(
    ("location", "leaf"),
    [
        ("http://169.254.169.254/latest/meta-data/", ForbiddenAddress),
        ("http://[::ffff:169.254.169.254]/", ForbiddenAddress),
        ("https://evil.example/photo", ForbiddenHost),
        ("//evil.example/photo", ForbiddenHost),
        ("http://127.0.0.1:1/photo", ForbiddenAddress),
        ("http://res.cloudinary.com/demo/a.jpg", BadUrl),
        ("http://127.0.0.1@evil.example/", BadUrl),
        ("http://2130706433/", BadUrl),
        ("file:///etc/passwd", BadUrl),
        ("gopher://127.0.0.1/", BadUrl),
        ("data:image/png;base64,AAAA", BadUrl),
        ("http://[bad/", BadUrl),
        ("http:\\\\evil.example\\", BadUrl),
    ],
)
def test_each_redirect_is_checked_like_a_url(
    host: ScriptedHost, fetcher_of: FetcherOf, location: str, leaf: type[ImageError]
) -> None:
    """Scheme, host, port and address of every hop are checked again."""
    host.scripts["/photo"] = response(status=302, Location=location)
    with pytest.raises(leaf, match="redirects to"):
        fetcher_of().fetch(host.url("/photo"))


def test_a_redirects_endless_body_is_not_read(
    host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes
) -> None:
    """Following a redirect does not wait for, or hold, what comes with it."""
    host.scripts |= {"/photo": response(photo), "/moved": endless}
    assert fetcher_of(deadline_seconds=3).fetch(host.url("/moved")) == photo


def test_a_declared_size_over_the_cap_is_not_read(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """Content-Length alone is enough to refuse."""
    host.scripts["/photo"] = response(b"x", length=1_001, keep=False)
    with pytest.raises(TooManyBytes):
        fetcher_of(max_bytes=1_000).fetch(host.url("/photo"))


def test_an_undeclared_size_is_counted(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """A chunked body without end, and one that ends with its connection, are cut at the cap."""

    def chunked(visitor: Visitor) -> bool:
        visitor.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while visitor.pause(0):
            visitor.send(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
        return False

    def until_closed(visitor: Visitor) -> bool:
        visitor.send(b"HTTP/1.0 200 OK\r\n\r\n")
        while visitor.pause(0):
            visitor.send(b"x" * 0x2000)
        return False

    host.scripts |= {"/chunked": chunked, "/closed": until_closed}
    for path in ("/chunked", "/closed"):
        with pytest.raises(TooManyBytes):
            fetcher_of(max_bytes=1_000_000).fetch(host.url(path))


def test_a_chunked_body_is_put_together(host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes) -> None:
    """A well-formed chunked answer gives its bytes."""

    def chunked(visitor: Visitor) -> bool:
        visitor.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(photo), 100):
            part = photo[start : start + 100]
            visitor.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        visitor.send(b"0\r\n\r\n")
        return True

    host.scripts["/photo"] = chunked
    assert fetcher_of().fetch(host.url("/photo")) == photo


@pytest.mark.parametrize("encoding", ["gzip", "deflate, gzip", "br", "zstd"])
def test_a_compressed_body_is_refused(host: ScriptedHost, fetcher_of: FetcherOf, encoding: str) -> None:
    """A few bytes that would become gigabytes are never unpacked."""
    host.scripts["/photo"] = response(b"\x1f\x8b", Content_Encoding=encoding)
    with pytest.raises(EncodedBody):
        fetcher_of().fetch(host.url("/photo"))


def test_a_broken_answer_may_pass(host: ScriptedHost, fetcher_of: FetcherOf) -> None:
    """A body cut short, a reset in it, a broken chunk, and what is no HTTP are the host's failures of now."""

    def reset_in_body(visitor: Visitor) -> bool:
        visitor.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nxxx")
        visitor.reset()
        return False

    def raw(content: bytes) -> Callable[[Visitor], bool]:
        def script(visitor: Visitor) -> bool:
            visitor.send(content)
            return False

        return script

    host.scripts |= {
        "/cut": response(b"xxx", length=100, keep=False),
        "/reset": reset_in_body,
        "/chunk": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"),
        "/size": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
        "/no-http": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        "/nothing": raw(b""),
        "/long-line": raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
        "/many-lines": raw(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 1_000),
        "/lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
    }
    fetcher = fetcher_of()
    for path in host.scripts:
        with pytest.raises(HostUnreachable) as caught:
            fetcher.fetch(host.url(path))
        assert "\n" not in str(caught.value), path
        assert len(str(caught.value)) < 300, path


def test_a_host_that_does_not_listen_is_unreachable(fetcher_of: FetcherOf) -> None:
    """A refused connection may pass."""
    with ScriptedHost() as gone:
        authority = gone.authority
    with pytest.raises(HostUnreachable):
        fetcher_of(local_hosts=authority).fetch(f"http://{authority}/photo")


def test_the_environments_proxy_and_netrc_are_not_used(
    host: ScriptedHost,
    fetcher_of: FetcherOf,
    photo: bytes,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """HTTP_PROXY and ~/.netrc change neither where a request goes nor what it says."""
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    host.scripts["/photo"] = response(photo)
    assert fetcher_of().fetch(host.url("/photo")) == photo
    assert "authorization" not in host.asked[0].headers


def test_cookies_are_not_kept(host: ScriptedHost, fetcher_of: FetcherOf, photo: bytes) -> None:
    """What a host sets is not sent back."""
    host.scripts["/photo"] = response(photo, Set_Cookie="id=1")
    fetcher = fetcher_of()
    fetcher.fetch(host.url("/photo"))
    fetcher.fetch(host.url("/photo"))
    assert all("cookie" not in asked.headers for asked in host.asked)

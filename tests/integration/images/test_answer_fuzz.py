import contextlib
import logging
import random
from collections.abc import Callable, Iterator

import pytest

from images import ImageError, ImageFetcher
from tests.integration.images.scripted_host import ScriptedHost, Visitor

_ANSWERS = (
    b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: "x"\r\nContent-Type: image/jpeg\r\n\r\nhello',
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Encoding: identity\r\n\r\nhello",
    b"HTTP/1.1 302 Found\r\nLocation: /other?x=1\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 429 Slow down\r\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\nX-Cld-Error: no\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nLast-Modified: today\r\n\r\n",
)
_PIECES = (
    b"\r\n",
    b"\n",
    b"\0",
    b":",
    b" ",
    b"\xff",
    b"-1",
    b"99999999999999999999",
    b"\r\n\r\n",
    b"0x10",
    b";",
    b"\t",
)


@pytest.fixture
def quiet_urllib3() -> Iterator[None]:
    """It logs each head that it cannot parse."""
    logger = logging.getLogger("urllib3")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


def _mutant(chance: random.Random) -> bytes:
    data = bytearray(chance.choice(_ANSWERS))
    for _ in range(chance.choice((1, 2, 4))):
        start = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[start] = chance.randrange(256)
            case 1:
                data[start : start + chance.choice((0, 2, 9))] = chance.choice(_PIECES)
            case 2:
                del data[start : start + chance.choice((1, 5, 40))]
            case _:
                data[start:start] = data[start : start + 20] * chance.choice((1, 100))
        data = data or bytearray(b"x")
    return bytes(data)


@pytest.mark.usefixtures("quiet_urllib3")
def test_mutated_answers_raise_only_image_errors(
    host: ScriptedHost, fetcher_of: Callable[..., ImageFetcher]
) -> None:
    """600 answers that are almost HTTP give their bytes or an error of ours."""
    chance = random.Random(4)

    def almost_http(visitor: Visitor) -> bool:
        visitor.send(_mutant(chance))
        return False

    host.scripts = dict.fromkeys(("/photo", "/other?x=1"), almost_http)
    fetcher = fetcher_of(deadline_seconds=5)
    given = 0
    for _ in range(600):
        with contextlib.suppress(ImageError):
            assert len(fetcher.fetch(host.url("/photo"))) < 20_000
            given += 1
    assert 30 < given < 570

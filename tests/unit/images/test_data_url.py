import base64

import pytest

from images import BadUrl, ImageError, TooManyBytes
from images.data_url import is_data_url, read_data_url, shortened

_BYTES = bytes(range(256))
_BASE64 = base64.b64encode(_BYTES).decode()


@pytest.mark.parametrize(
    ("url", "content"),
    [
        (f"data:image/png;base64,{_BASE64}", _BYTES),
        (f"DATA:IMAGE/PNG;BASE64,{_BASE64}", _BYTES),
        (f"data:image/svg+xml;charset=utf-8;base64,{_BASE64}", _BYTES),
        (f"data:;base64,{_BASE64}", _BYTES),
        (f"data:image/png;base64,{_BASE64.replace('+', '%2B').replace('/', '%2F')}", _BYTES),
        (f"data:image/png;base64,{_BASE64[:80]}\n {_BASE64[80:]}", _BYTES),
        ("data:image/gif,GIF89a%00%FF", b"GIF89a\x00\xff"),
        ("data:,abc", b"abc"),
        ("data:image/png;base64,", b""),
    ],
)
def test_data_urls_hold_their_bytes(url: str, content: bytes) -> None:
    """Base64 and percent-encoded, with and without a media type."""
    assert is_data_url(url)
    assert read_data_url(url, 1_000) == content


@pytest.mark.parametrize(
    ("url", "leaf"),
    [
        ("data:image/png;base64", BadUrl),
        ("data:", BadUrl),
        ("data:text/html,<html>", BadUrl),
        ("data:application/pdf;base64,AAAA", BadUrl),
        ("data:image/png;base64,A", BadUrl),
        ("data:image/png;base64,AAA*", BadUrl),
        ("data:image/png;base64,AAAA====AAAA", BadUrl),
        ("data:image/png;base64,é", BadUrl),
        ("data:image/png,\ud800", BadUrl),
        ("data:image/png;base64," + "A" * 2_000, TooManyBytes),
        ("data:image/png;base64," + "A" * 1_336, TooManyBytes),
        ("data:image/png," + "A" * 1_001, TooManyBytes),
        ("data:image/png," + "%41" * 1_001, TooManyBytes),
    ],
)
def test_bad_data_urls_are_refused(url: str, leaf: type[ImageError]) -> None:
    """No comma, no image's type, no base64, too long."""
    with pytest.raises(leaf) as caught:
        read_data_url(url, 1_000)
    assert type(caught.value) is leaf


def test_the_cap_is_exact() -> None:
    """As many bytes as allowed pass in every encoding."""
    content = b"A" * 1_000
    assert read_data_url("data:;base64," + base64.b64encode(content).decode(), 1_000) == content
    assert read_data_url("data:," + "%41" * 1_000, 1_000) == content


def test_errors_name_a_data_url_briefly() -> None:
    """By its beginning, its length and a digest; other URLs whole, unless they are very long."""
    url = f"data:image/png;base64,{_BASE64 * 100}"
    assert len(shortened(url)) < 100
    assert shortened(url).startswith("data:image/png;base64,AAEC")
    assert shortened(url) != shortened(url + "A")
    assert shortened("https://a.example/b") == "https://a.example/b"
    assert len(shortened("https://a.example/" + "b" * 9_000)) == 500
    assert shortened("data:\ud800")

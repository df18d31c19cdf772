"""Arbitrary text as a URL: what is let through was configured, and what is rewritten is only added to."""

from hypothesis import example, given
from hypothesis import strategies as st

from images import ImageError
from images.cloudinary import DEFAULT_TRANSFORMATION, small_rendition
from images.host_rule import HostRule
from images.url_policy import UrlPolicy

_POLICY = UrlPolicy(
    [
        HostRule.parse("res.cloudinary.com"),
        HostRule.parse("*.shop.example"),
        HostRule.parse_local("127.0.0.1:81"),
    ]
)

_SCHEMES = st.sampled_from(["https://", "http://", "HTTPS://", "https:", "//", "https:\\\\", "file://", ""])
_HOSTS = st.sampled_from(
    [
        "res.cloudinary.com",
        "a.shop.example",
        "127.0.0.1:81",
        "127.1",
        "[::1]",
        "evil.example",
        "0x7f.1",
        "a@b",
        "",
    ]
)
_PIECES = st.sampled_from([*"@:/\\?#.%[] \t\n\0", "%2e", "%00", "443", "。", "é", "\ud800", "\u202e", "a"])
_URLS = st.one_of(
    st.text(),
    st.builds(lambda *parts: "".join(parts), _SCHEMES, _HOSTS, st.lists(_PIECES, max_size=6).map("".join)),
    st.builds(
        lambda *parts: "".join(parts), _SCHEMES, st.lists(_PIECES, max_size=3).map("".join), _HOSTS, st.text()
    ),
)


@given(_URLS)
@example("https://res.cloudinary.com\\@evil.example/")
@example("https://evil.example#@res.cloudinary.com/")
def test_only_configured_hosts_get_through(url: str) -> None:
    """Text is refused by an error of ours, or becomes a plain URL of a configured host."""
    try:
        target = _POLICY.check(url)
    except ImageError:
        return
    assert (target.host, target.port) == ("127.0.0.1", 81) or (
        target.scheme == "https"
        and target.port == 443
        and (target.host == "res.cloudinary.com" or target.host.endswith(".shop.example"))
    )
    assert target.url.isascii()
    assert target.url.isprintable()
    assert " " not in target.url
    assert _POLICY.check(target.url) == target


_NAMES = [
    "c_fill",
    "w_100,h_20",
    "t_thumb",
    "my_folder",
    "c_men",
    "v1",
    "v1234",
    "s--abc--",
    "p1.jpg",
    "a.pdf",
]
_ODD_NAMES = ["https:", "%2F", "", "a%20b", "https%3A%2F%2Fx%2Fa.jpg", "c_limit,h_512,w_512", "$a_b", "image"]
_SEGMENTS = st.sampled_from([*_NAMES, *_ODD_NAMES])
_CLOUDINARY_URLS = st.builds(
    lambda delivery, segments, rest: (
        f"https://res.cloudinary.com/demo/image/{delivery}/{'/'.join(segments)}{rest}"
    ),
    st.sampled_from(["upload", "fetch", "private", "list"]),
    st.lists(_SEGMENTS, max_size=6),
    st.sampled_from(["", "?_a=1", "#x", "?a=/v1/b"]),
)


@given(st.one_of(_CLOUDINARY_URLS, _URLS))
def test_a_rewritten_url_is_the_old_one_with_one_component_more(url: str) -> None:
    """Taking the component out again gives the very same text, and it is never put in twice."""
    rendition = small_rendition(url)
    if rendition is not None:
        assert rendition.url.replace(f"/{DEFAULT_TRANSFORMATION}/", "/", 1) == url
        assert small_rendition(rendition.url) is None

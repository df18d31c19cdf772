import pytest

from images.host_rule import HostRule


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ("res.cloudinary.com", HostRule("res.cloudinary.com")),
        (" Res.Cloudinary.COM ", HostRule("res.cloudinary.com")),
        ("*.shop.example", HostRule("*.shop.example")),
        ("cdn.example:8443", HostRule("cdn.example", 8443)),
        ("http://old.example", HostRule("old.example", plain_http=True)),
        ("https://new.example:444", HostRule("new.example", 444)),
        ("[2606:4700:0::1111]:444", HostRule("2606:4700::1111", 444)),
        ("10.0.0.7:80", HostRule("10.0.0.7", 80)),
    ],
)
def test_entries_are_understood(entry: str, rule: HostRule) -> None:
    """Host, pattern, port and plain http."""
    assert HostRule.parse(entry) == rule


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "*.",
        "a.*.example",
        "a/b",
        "ftp://a",
        "a:0",
        "a:99999",
        "a:b",
        "me@a",
        "[::g]",
        "[1:2]",
        "a b",
    ],
)
def test_malformed_entries_are_named(entry: str) -> None:
    """A mistake in the configuration is an error that quotes it, not a host that never matches."""
    with pytest.raises(ValueError, match=r"^'"):
        HostRule.parse(entry)


def test_a_local_host_is_named_in_full() -> None:
    """No pattern is exempt from the address check."""
    assert HostRule.parse_local("127.0.0.1:8123") == HostRule("127.0.0.1", 8123, plain_http=True, local=True)
    with pytest.raises(ValueError, match="in full"):
        HostRule.parse_local("*.internal")


def test_a_pattern_names_what_is_below_it() -> None:
    """At any depth, but not the domain itself, nor one that only ends alike."""
    rule = HostRule.parse("*.shop.example")
    assert rule.names("a.shop.example")
    assert rule.names("a.b.shop.example")
    assert not rule.names("shop.example")
    assert not rule.names("myshop.example")
    assert not rule.names(".shop.example")

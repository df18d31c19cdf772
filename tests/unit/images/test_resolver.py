import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from images import FetchTimedOut, ForbiddenAddress, HostUnreachable
from images.deadline import Deadline
from images.host_rule import HostRule
from images.resolver import Resolver
from images.url_policy import Target, UrlPolicy

Rows = list[tuple[object, ...]]


def _target(url: str = "https://a.example/x", *, local: bool = False) -> Target:
    rules = [HostRule.parse("*.example"), HostRule.parse("1.1.1.1")]
    return UrlPolicy([HostRule.parse_local("a.example")] if local else rules).check(url)


def _rows(*addresses: str) -> Rows:
    return [
        (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
        for address in addresses
    ]


class Names:
    """Answers look-ups from a list, and counts them."""

    def __init__(self, *answers: Rows | Exception) -> None:
        self._answers = list(answers)
        self.count = 0

    def __call__(self, name: str, port: int, **_: object) -> Rows:
        self.count += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def _addresses(*texts: str) -> tuple[object, ...]:
    return tuple(ip_address(text) for text in texts)


def test_families_take_turns_and_repeats_go() -> None:
    """A broken IPv6 must not use up the time before an IPv4 address is tried; four are enough."""
    names = Names(_rows("2a00::1", "2a00::2", "2a00::1", "1.1.1.1", "1.1.1.2", "1.1.1.3"))
    assert Resolver(lookup=names).resolve(_target(), Deadline(5)) == _addresses(
        "2a00::1", "1.1.1.1", "2a00::2", "1.1.1.2"
    )


def test_an_answer_is_remembered_for_a_minute() -> None:
    """Within it the name is not looked up again; after it the new answer is checked like the first."""
    seconds = 0.0
    names = Names(_rows("1.1.1.1"), _rows("127.0.0.1"))
    resolver = Resolver(lookup=names, monotonic=lambda: seconds)
    for _ in range(3):
        assert resolver.resolve(_target(), Deadline(5)) == _addresses("1.1.1.1")
    seconds = 59.0
    resolver.resolve(_target(), Deadline(5))
    assert names.count == 1
    seconds = 61.0
    with pytest.raises(ForbiddenAddress):
        resolver.resolve(_target(), Deadline(5))


def test_a_remembered_answer_is_checked_for_each_target() -> None:
    """What a local host may resolve to, the same name under another rule may not."""
    resolver = Resolver(lookup=Names(_rows("127.0.0.1")))
    assert resolver.resolve(_target(local=True), Deadline(5)) == _addresses("127.0.0.1")
    with pytest.raises(ForbiddenAddress):
        resolver.resolve(_target(), Deadline(5))


@pytest.mark.parametrize("position", range(5))
def test_any_forbidden_address_is_enough(position: int) -> None:
    """Even one that would never have been tried."""
    addresses = ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5"]
    addresses[position] = "10.0.0.1"
    with pytest.raises(ForbiddenAddress):
        Resolver(lookup=Names(_rows(*addresses))).resolve(_target(), Deadline(5))


def test_a_literal_address_is_not_looked_up() -> None:
    """It was checked with its URL."""
    names = Names(OSError("not to be asked"))
    assert Resolver(lookup=names).resolve(_target("https://1.1.1.1/x"), Deadline(5)) == _addresses("1.1.1.1")
    assert names.count == 0


@pytest.mark.parametrize(
    "failure",
    [socket.gaierror(socket.EAI_NONAME, "unknown"), OSError("down"), UnicodeError("label"), []],
    ids=["unknown", "down", "unicode", "no address"],
)
def test_a_failed_look_up_may_pass_and_is_not_remembered(failure: Rows | Exception) -> None:
    """The next fetch asks again."""
    resolver = Resolver(lookup=Names(failure, _rows("1.1.1.1")))
    with pytest.raises(HostUnreachable):
        resolver.resolve(_target(), Deadline(5))
    assert resolver.resolve(_target(), Deadline(5)) == _addresses("1.1.1.1")


def test_an_address_that_answered_comes_first_until_the_name_is_forgotten() -> None:
    """Its connections are kept, so it is used again; when none answers, the name is looked up anew."""
    names = Names(_rows("1.1.1.1", "1.1.1.2"), _rows("1.1.1.3"))
    resolver = Resolver(lookup=names)
    resolver.resolve(_target(), Deadline(5))
    resolver.prefer(_target(), ip_address("1.1.1.2"))
    resolver.prefer(_target(), ip_address("9.9.9.9"))
    assert resolver.resolve(_target(), Deadline(5)) == _addresses("1.1.1.2", "1.1.1.1")
    resolver.forget(_target())
    assert resolver.resolve(_target(), Deadline(5)) == _addresses("1.1.1.3")


def test_preferring_does_not_prolong_what_is_remembered() -> None:
    """A host in constant use is looked up again all the same."""
    seconds = 0.0
    names = Names(_rows("1.1.1.1"))
    resolver = Resolver(lookup=names, monotonic=lambda: seconds)
    for _ in range(4):
        resolver.resolve(_target(), Deadline(5))
        resolver.prefer(_target(), ip_address("1.1.1.1"))
        seconds += 25
    assert names.count == 2


def _hanging(release: threading.Event, names: list[str]) -> Callable[..., Rows]:
    def lookup(name: str, port: int, **_: object) -> Rows:
        names.append(name)
        release.wait(20)
        return _rows("1.1.1.1")

    return lookup


def test_a_hanging_look_up_is_shared_and_left_at_the_deadline() -> None:
    """However many wait for a name, it is looked up once; what comes late is remembered for the next."""
    release = threading.Event()
    asked: list[str] = []
    resolver = Resolver(lookup=_hanging(release, asked))
    for _ in range(3):
        with pytest.raises(FetchTimedOut):
            resolver.resolve(_target(), Deadline(0.01))
    release.set()
    assert resolver.resolve(_target(), Deadline(20)) == _addresses("1.1.1.1")
    assert asked == ["a.example"]

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from images import HttpMissing, HttpUnavailable, ImageFetcher
from tests.integration.images.scripted_host import Asked, ScriptedHost, Visitor, response

FetcherOf = Callable[..., ImageFetcher]

_NOW_SECONDS = 1_800_000_000.0


class Clock:
    seconds = _NOW_SECONDS

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cached(fetcher_of: FetcherOf, tmp_path: Path, clock: Clock) -> Callable[..., ImageFetcher]:
    """Makes fetchers that share a cache; what they keep is fresh for an hour."""

    def make(**settings: object) -> ImageFetcher:
        settings = {"cache_dir": tmp_path / "cache", "cache_fresh_seconds": 3_600, **settings}
        return fetcher_of(clocks={"now_seconds": clock}, **settings)

    return make


def with_validators(body: bytes, etag: str) -> Callable[[Visitor], bool]:
    def script(visitor: Visitor) -> bool:
        if visitor.asked.headers.get("if-none-match") == etag:
            return response(status=304)(visitor)
        return response(body, ETag=etag, Last_Modified="Wed, 21 Oct 2026 07:28:00 GMT")(visitor)

    return script


def last(host: ScriptedHost) -> Asked:
    return host.asked[-1]


def test_a_second_process_downloads_nothing(host: ScriptedHost, cached: FetcherOf, photo: bytes) -> None:
    """What one fetcher has kept, another one uses without asking."""
    host.scripts["/photo"] = response(photo)
    assert cached().fetch(host.url("/photo")) == photo
    assert cached().fetch(host.url("/photo")) == photo
    assert host.times_asked("/photo") == 1


def test_an_old_copy_is_confirmed_by_its_host(
    host: ScriptedHost, cached: FetcherOf, photo: bytes, clock: Clock
) -> None:
    """After a while the host is asked with ETag and date; 304 makes the copy fresh again."""
    host.scripts["/photo"] = with_validators(photo, '"one"')
    fetcher = cached()
    fetcher.fetch(host.url("/photo"))
    clock.seconds += 3_601
    for _ in range(3):
        assert fetcher.fetch(host.url("/photo")) == photo
    assert host.times_asked("/photo") == 2
    assert last(host).headers["if-none-match"] == '"one"'
    assert last(host).headers["if-modified-since"] == "Wed, 21 Oct 2026 07:28:00 GMT"


def test_a_changed_picture_replaces_the_old_copy(
    host: ScriptedHost, cached: FetcherOf, photo: bytes, clock: Clock
) -> None:
    """Another ETag brings another body, which is kept instead."""
    host.scripts["/photo"] = with_validators(photo, '"one"')
    fetcher = cached()
    fetcher.fetch(host.url("/photo"))
    host.scripts["/photo"] = with_validators(photo + b"2", '"two"')
    clock.seconds += 3_601
    for _ in range(2):
        assert fetcher.fetch(host.url("/photo")) == photo + b"2"
    assert host.times_asked("/photo") == 2


def test_a_refetch_asks_though_the_copy_is_fresh(host: ScriptedHost, cached: FetcherOf, photo: bytes) -> None:
    """An event that says the picture has changed is believed."""
    host.scripts["/photo"] = with_validators(photo, '"one"')
    fetcher = cached()
    fetcher.fetch(host.url("/photo"))
    host.scripts["/photo"] = with_validators(photo + b"2", '"two"')
    assert fetcher.fetch(host.url("/photo"), refetch=True) == photo + b"2"
    assert fetcher.fetch(host.url("/photo")) == photo + b"2"


def test_another_version_of_an_image_is_another_copy(
    host: ScriptedHost, cached: FetcherOf, photo: bytes
) -> None:
    """An image's own version tells pictures behind one URL apart."""
    host.scripts["/photo"] = response(photo)
    fetcher = cached()
    for version in ("1", "2", "1", None, None):
        fetcher.fetch(host.url("/photo"), version=version)
    assert host.times_asked("/photo") == 3


def test_an_old_copy_serves_while_its_host_does_not(
    host: ScriptedHost, cached: FetcherOf, photo: bytes, clock: Clock
) -> None:
    """A host that is down for now does not make a picture pending; one that says it is gone does."""
    host.scripts["/photo"] = response(photo)
    fetcher = cached()
    fetcher.fetch(host.url("/photo"))
    clock.seconds += 3_601
    host.scripts["/photo"] = response(status=503)
    assert fetcher.fetch(host.url("/photo")) == photo
    with pytest.raises(HttpUnavailable):
        fetcher.fetch(host.url("/photo"), refetch=True)
    host.scripts["/photo"] = response(status=404)
    with pytest.raises(HttpMissing):
        fetcher.fetch(host.url("/photo"))


def test_a_page_is_not_kept(host: ScriptedHost, cached: FetcherOf, photo: bytes) -> None:
    """What is no image is asked for again: the next answer may be one."""
    host.scripts["/photo"] = response(b"<html>busy</html>")
    fetcher = cached()
    assert fetcher.fetch(host.url("/photo")) == b"<html>busy</html>"
    host.scripts["/photo"] = response(photo)
    assert fetcher.fetch(host.url("/photo")) == photo


def test_a_folder_that_disappears_is_made_again(
    host: ScriptedHost, cached: FetcherOf, photo: bytes, tmp_path: Path
) -> None:
    """Deleting the cache under a running fetcher costs downloads and nothing else."""
    host.scripts["/photo"] = response(photo)
    fetcher = cached()
    fetcher.fetch(host.url("/photo"))
    shutil.rmtree(tmp_path / "cache")
    for _ in range(2):
        assert fetcher.fetch(host.url("/photo")) == photo
    assert host.times_asked("/photo") == 2


def test_a_header_that_could_not_be_sent_back_is_not_kept(
    host: ScriptedHost, cached: FetcherOf, photo: bytes, clock: Clock
) -> None:
    """A host cannot make a later request fail by an ETag with odd characters."""
    host.scripts["/photo"] = response(photo, ETag='"\xe9"', Last_Modified="x" * 500)
    fetcher = cached()
    fetcher.fetch(host.url("/photo"))
    clock.seconds += 3_601
    assert fetcher.fetch(host.url("/photo")) == photo
    assert not {"if-none-match", "if-modified-since"} & set(last(host).headers)

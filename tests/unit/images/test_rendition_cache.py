import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from images.rendition_cache import KeptFile, RenditionCache

_URL = "https://a.example/{}.jpg"


class Clock:
    seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache_of(tmp_path: Path, clock: Clock) -> Callable[..., RenditionCache]:
    def make(max_bytes: int = 10_000_000) -> RenditionCache:
        return RenditionCache(tmp_path / "cache", max_bytes, 3_600, clock)

    return make


def _files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_what_is_put_is_got(cache_of: Callable[..., RenditionCache]) -> None:
    """Bytes, ETag and date; by another instance too; other URLs and versions have nothing."""
    cache_of().put(_URL, "3", b"\0\nbody\n", etag='"e"', last_modified="today")
    assert cache_of().get(_URL, "3") == KeptFile(b"\0\nbody\n", '"e"', "today", fresh=True)
    assert cache_of().get(_URL) is None
    assert cache_of().get(_URL, "4") is None
    assert cache_of().get(_URL.format(1), "3") is None


def test_an_odd_url_is_a_key_like_any_other(cache_of: Callable[..., RenditionCache]) -> None:
    """Letters of any script, and half of a pair."""
    for url in ("https://a.example/été", "https://a.example/\ud800", ""):
        cache_of().put(url, None, b"x")
        assert cache_of().get(url) is not None


def test_a_file_is_fresh_for_a_while(cache_of: Callable[..., RenditionCache], clock: Clock) -> None:
    """Then it waits to be confirmed, which makes it fresh again; a clock that was set back makes it stale."""
    cache = cache_of()
    cache.put(_URL, None, b"x", etag="e")

    def fresh() -> bool:
        kept = cache.get(_URL)
        assert kept is not None
        return kept.fresh

    clock.seconds += 3_599
    assert fresh()
    clock.seconds += 2
    assert not fresh()
    cache.renew(_URL)
    assert fresh()
    clock.seconds -= 100
    assert not fresh()


def test_validators_are_what_was_given() -> None:
    """A file without them is simply asked for again."""
    assert KeptFile(b"", '"e"', "today", fresh=True).validators() == {
        "If-None-Match": '"e"',
        "If-Modified-Since": "today",
    }
    assert KeptFile(b"", None, None, fresh=True).validators() == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content + b"x",
        lambda content: content[:-1] + b"?",
        lambda _: b"",
        lambda _: b"\n",
        lambda _: b"[]\n",
        lambda _: b"{}\nbody",
        lambda _: b"\xff\xfe\nbody",
        lambda content: content.replace(b"\n", b""),
    ],
    ids=range(9),
)
def test_a_damaged_file_is_a_miss_and_goes(
    cache_of: Callable[..., RenditionCache], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    """After a crash half a file may be there; it is never served."""
    cache = cache_of()
    cache.put(_URL, None, b"body")
    (path,) = _files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert cache.get(_URL) is None
    assert _files(tmp_path) == []


def test_the_folder_stays_under_its_cap(
    cache_of: Callable[..., RenditionCache], tmp_path: Path, clock: Clock
) -> None:
    """However much is written, and what was confirmed longest ago goes first."""
    cache = cache_of(max_bytes=800_000)
    for number in range(400):
        clock.seconds += 1
        cache.put(_URL.format(number), None, bytes(5_000))
        if number % 50 == 49:
            assert sum(path.stat().st_size for path in _files(tmp_path)) <= 800_000
    assert cache.get(_URL.format(399)) is not None
    assert cache.get(_URL.format(0)) is None
    assert sum(path.stat().st_size for path in _files(tmp_path)) > 500_000


def test_a_renewed_file_outlives_older_ones(cache_of: Callable[..., RenditionCache], clock: Clock) -> None:
    """What hosts keep confirming is kept."""
    cache = cache_of(max_bytes=800_000)
    cache.put("kept", None, bytes(5_000))
    for number in range(400):
        clock.seconds += 1
        cache.put(_URL.format(number), None, bytes(5_000))
        cache.renew("kept")
    assert cache.get("kept") is not None


def test_a_file_too_large_for_its_share_is_not_kept(
    cache_of: Callable[..., RenditionCache], tmp_path: Path
) -> None:
    """It would push out all others."""
    cache = cache_of(max_bytes=1_600_000)
    cache.put(_URL, None, bytes(30_000))
    assert cache.get(_URL) is None
    assert not (tmp_path / "cache").exists()


def test_what_others_left_half_written_goes(
    cache_of: Callable[..., RenditionCache], tmp_path: Path, clock: Clock
) -> None:
    """An hour after its writer was killed; a younger one may still be written to."""
    cache = cache_of()
    cache.put(_URL, None, b"body")
    (path,) = _files(tmp_path)
    for name, age in ((".old.part", 3_601), (".young.part", 60)):
        part = path.with_name(name)
        part.write_bytes(b"half")
        os.utime(part, (clock.seconds - age, clock.seconds - age))
    cache_of().put(_URL, None, b"body")
    assert sorted(file.name for file in _files(tmp_path)) == sorted([".young.part", path.name])


def test_a_disk_that_fails_is_a_miss(tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Where no file can be written, nothing is kept, and that is said once."""
    (tmp_path / "cache").write_text("a file where a folder should be")
    cache = RenditionCache(tmp_path / "cache", 1_000_000, 3_600, clock)
    for _ in range(3):
        cache.put(_URL, None, b"body")
        assert cache.get(_URL) is None
        cache.renew(_URL)
    assert len(caplog.records) == 1


def test_threads_and_processes_may_share_it(cache_of: Callable[..., RenditionCache], tmp_path: Path) -> None:
    """A reader sees a whole file or none while four threads and another process replace it all the time."""
    writer = (
        "import sys; from pathlib import Path; from images.rendition_cache import RenditionCache\n"
        "cache = RenditionCache(Path(sys.argv[1]), 10_000_000, 3_600)\n"
        "for n in range(200): cache.put('shared', None, bytes([n % 256]) * (n * 37))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", writer, str(tmp_path / "cache")])
    cache = cache_of()
    wrong: list[KeptFile] = []

    def use(thread: int) -> None:
        for number in range(100):
            cache.put("shared", None, bytes([number]) * (number * 41 + thread))
            kept = cache.get("shared")
            if kept is not None and len(set(kept.body)) > 1:
                wrong.append(kept)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert process.wait(60) == 0
    assert wrong == []
    assert [path.suffix for path in _files(tmp_path)] == [""]

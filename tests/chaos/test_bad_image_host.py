"""One image host answers nobody: the products of the others are indexed as fast as without it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import monotonic

import pytest

from tests.chaos.album import Album
from tests.chaos.members import Members
from tests.chaos.pending import count_pending, pending_images, promoted_index
from tests.chaos.scale import only_in_full
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.image_host.scripted_image_host import Answer, ScriptedImageHost
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.published import Event, product_event, publish
from vector_store import VectorStore

_ROUNDS = 5
_GOOD = 150
_HANGING = 50
_NEVER_SECONDS = 3_600.0
_SLOWER_BY = 1.2


@pytest.fixture
def bad_hosts() -> Iterator[list[ScriptedImageHost]]:
    """Hosts that answer nobody: one for each round, so that none is known for it when its round begins."""
    with ExitStack() as stack:
        yield [stack.enter_context(ScriptedImageHost(delay_seconds=_NEVER_SECONDS)) for _ in range(_ROUNDS)]


@only_in_full
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_bad_host_holds_up_only_its_own(
    *,
    trial: Trial,
    shop: Shop,
    store: VectorStore,
    album: Album,
    bad_hosts: list[ScriptedImageHost],
    tmp_path: Path,
) -> None:
    """Rounds with and without a bad host take turns; the median round beside one is at most 20 % slower."""
    urls = album.serve_all(shop.host, addresses=(1 + 2 * _ROUNDS) * _GOOD // len(album.photos) + 1)
    local = ",".join(host.address for host in (shop.host, *bad_hosts))
    alone: list[float] = []
    beside: list[float] = []
    indexed = 0

    def time_round(name: str, others: list[Event]) -> float:
        nonlocal indexed
        events = [
            product_event(
                shop.created, "created", {"id": f"{name} {n}", "images": [urls[indexed + n]]}, order=1
            )
            for n in range(_GOOD)
        ]
        indexed += len(events)
        events += others
        trial.rng.shuffle(events)
        began = monotonic()
        publish(shop.bootstrap_servers, events)
        assert eventually(lambda: promoted_index(store).count_images() == indexed, 120)
        lasted = monotonic() - began
        # Until what the bad host holds up has come to nothing too.
        shop.wait_until_done(store, timeout_seconds=120)
        return lasted

    with Members(shop.environment(IMAGE_LOCAL_HOSTS=local, IMAGE_DEADLINE_SECONDS="5"), tmp_path) as members:
        member = members.start()
        assert eventually(member.consumes, timeout_seconds=60), member.log_tail()
        time_round("warm", [])
        for number, bad in enumerate(bad_hosts):
            alone.append(time_round(f"alone {number}", []))
            hanging = [_hanging(shop, bad, number, n) for n in range(_HANGING)]
            trial.faults["picture whose host hangs"] += len(hanging)
            beside.append(time_round(f"beside {number}", hanging))
        ratio = median(beside) / median(alone)
        trial.notes.append(f"good products beside a bad host: × {ratio:.2f} of the time")
        assert count_pending(store) == _ROUNDS * _HANGING
        for bad in bad_hosts:
            for n in range(_HANGING):
                picture = n % len(album.photos)
                answer = Answer(album.photos[picture], headers={"Content-Type": "image/jpeg"})
                album.shows[bad.script(f"{n}.jpg", [answer])] = picture
            bad.delay_seconds = 0
        # The first try again is due a minute after the first.
        assert eventually(lambda: count_pending(store) == 0, timeout_seconds=240), pending_images(store)
        account = judge(shop, store, album)
        members.stop_all()
    assert ratio <= _SLOWER_BY, f"alone {alone}, beside a bad host {beside}"
    trial.passed(account)


def _hanging(shop: Shop, bad: ScriptedImageHost, number: int, n: int) -> Event:
    data = {"id": f"hanging {number} {n}", "images": [bad.url(f"{n}.jpg")]}
    return product_event(shop.created, "created", data, order=1)

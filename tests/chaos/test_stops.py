"""Stopping with work in flight: what is finished is committed, exactly that, and no later than it must."""

import signal
from pathlib import Path

import pytest

from tests.chaos.album import Album
from tests.chaos.members import Members, missed_soon
from tests.chaos.scale import at_scale
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge, judge_midway
from tests.integration.consumer.conftest import Shop
from tests.services.eventually import eventually
from tests.services.group_progress import GroupProgress, group_of_store
from tests.services.published import product_event, publish
from vector_store import ProductIndex, VectorStore

_KILLED = 130
_AT_ONCE_SECONDS = 10
_DRAIN_SECONDS = 30


@pytest.mark.timeout(900)
@at_scale("products, rounds", short={}, full={"full": (600, 5)})
def test_what_is_finished_is_committed(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path, products: int, rounds: int
) -> None:
    """SIGTERM to all members at random moments: each exits with 0, and the written products are committed."""
    urls = album.serve_all(shop.host, addresses=-(-products // len(album.photos)))
    shop.host.delay_seconds = 0.2
    publish(
        shop.bootstrap_servers,
        [
            product_event(shop.created, "created", {"id": f"p{n}", "images": [urls[n]]}, order=1)
            for n in range(products)
        ],
    )
    with Members(shop.environment(DRAIN_SECONDS=str(_DRAIN_SECONDS)), tmp_path) as members:
        for _ in range(rounds):
            pair = [members.start() for _ in range(2)]
            # Until some more pictures were asked for, or there are no more.
            asked = min(products, shop.host.requests() + trial.rng.randint(1, products // rounds))
            assert eventually(lambda asked=asked: shop.host.requests() >= asked, 150), pair[0].log_tail()  # type: ignore[misc]
            for member in pair:
                assert eventually(member.consumes, timeout_seconds=60), member.log_tail()
            for member in pair:
                trial.faults["SIGTERM"] += 1
                assert member.end(signal.SIGTERM, _DRAIN_SECONDS + 15) == 0, member.log_tail()
            judge_midway(shop, store)
            assert _records(store) == products - _uncommitted(shop, store)
        members.start()
        shop.wait_until_done(store, timeout_seconds=120)
        account = judge(shop, store, album)
        members.stop_all()
    trial.passed(account)


@pytest.mark.integration
def test_a_second_signal_ends_it_at_once(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path
) -> None:
    """A drain that would take a minute is cut short by a second SIGTERM, and nothing of it is committed."""
    [url, *_] = album.serve_all(shop.host, addresses=1)
    shop.host.delay_seconds = 3_600
    publish(
        shop.bootstrap_servers,
        [product_event(shop.created, "created", {"id": "p", "images": [url]}, order=1)],
    )
    settings = shop.environment(
        DRAIN_SECONDS="60", IMAGE_DEADLINE_SECONDS="60", KAFKA_CONFIG=missed_soon("{}")
    )
    with Members(settings, tmp_path) as members:
        member = members.start()
        assert eventually(lambda: shop.host.requests() > 0, timeout_seconds=60), member.log_tail()
        process = member.process()

        def ends_when_asked_again() -> bool:
            trial.faults["SIGTERM"] += 1
            process.send_signal(signal.SIGTERM)
            return not member.running

        assert eventually(ends_when_asked_again, timeout_seconds=_AT_ONCE_SECONDS)
        assert member.exit_status == _KILLED
        assert _uncommitted(shop, store) == 1
        assert _records(store) == 0
        shop.host.delay_seconds = 0
        members.start()
        shop.wait_until_done(store)
        account = judge(shop, store, album)
        members.stop_all()
    trial.passed(account)


def _records(store: VectorStore) -> int:
    name = store.promoted()
    return 0 if name is None else ProductIndex(store.open(name)).count_records()


def _uncommitted(shop: Shop, store: VectorStore) -> int:
    group = group_of_store(store)
    assert group is not None
    return GroupProgress(shop.bootstrap_servers, shop.topics).uncommitted(group)

"""Members are killed and stopped at random moments, and others started: the index ends equal to F."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.album import Album
from tests.chaos.at_random_moments import end_one, freeze_one, in_parts, wait_for_a_moment
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Member, Members, missed_soon
from tests.chaos.scale import at_scale
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge, judge_midway
from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.test_main_job import GROUP_PROTOCOLS
from tests.services.published import publish
from vector_store import VectorStore

_MEMBERS = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it.

    changes: how often a member is ended and another started. freezes: how often one sleeps meanwhile, from
    one change to the next but one.
    """

    size: HistorySize
    changes: int
    freezes: int
    addresses: int


_SHORT = Scale(HistorySize(products=20, events=240, bad_events=0.02), changes=2, freezes=0, addresses=1)
_FULL = Scale(HistorySize(products=300, events=6_000, bad_events=0.01), changes=15, freezes=3, addresses=8)


@pytest.mark.timeout(1_200)
@at_scale(
    "protocol, scale",
    short={"short": ("cooperative", _SHORT)},
    full={name: (name, _FULL) for name in GROUP_PROTOCOLS},
)
def test_members_come_and_go(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path, protocol: str, scale: Scale
) -> None:
    """Of three members one is killed or stopped at random moments, and another takes its place."""
    urls = album.serve_all(shop.host, scale.addresses)
    events = history(trial.rng, shop.topics, urls, scale.size)
    freezing = set(trial.rng.sample(range(0, scale.changes, 2), scale.freezes))
    with Members(shop.environment(KAFKA_CONFIG=missed_soon(GROUP_PROTOCOLS[protocol])), tmp_path) as members:
        for _ in range(_MEMBERS):
            members.start()
        asleep: Member | None = None
        for number, part in enumerate(in_parts(events, scale.changes)):
            publish(shop.bootstrap_servers, part)
            wait_for_a_moment(trial, shop, store, most=len(part))
            if asleep is not None:
                asleep.resume()
                asleep = None
            elif number in freezing:
                asleep = freeze_one(trial, members)
            end_one(trial, members)
            while len(members.working()) < _MEMBERS:
                members.start()
            judge_midway(shop, store)
        if asleep is not None:
            asleep.resume()
        shop.wait_until_done(store, timeout_seconds=300)
        account = judge(shop, store, album)
        members.stop_all()
    trial.passed(account)

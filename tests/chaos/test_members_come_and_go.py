"""Members are killed and stopped at random moments, and others started: the index ends equal to F."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.album import Album
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Members
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.integration.consumer.conftest import Shop
from tests.integration.consumer.test_main_job import GROUP_PROTOCOLS
from tests.services.group_progress import group_of_store
from tests.services.published import Event, publish
from vector_store import VectorStore

_MEMBERS = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it. changes: how often a member is ended and another started."""

    size: HistorySize
    changes: int
    addresses: int


_SHORT = Scale(HistorySize(products=20, events=240, bad_events=0.02), changes=3, addresses=1)
_FULL = Scale(HistorySize(products=300, events=6_000, bad_events=0.01), changes=15, addresses=8)


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(
    ("protocol", "scale"),
    [
        pytest.param("cooperative", _SHORT, marks=pytest.mark.integration, id="short"),
        *(pytest.param(name, _FULL, marks=pytest.mark.slow, id=name) for name in GROUP_PROTOCOLS),
    ],
)
def test_members_come_and_go(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path, protocol: str, scale: Scale
) -> None:
    """Of three members one is killed or stopped at random moments, and another takes its place."""
    urls = album.serve_all(shop.host, scale.addresses)
    events = history(trial.rng, shop.topics, urls, scale.size)
    with Members(shop.environment(KAFKA_CONFIG=missed_soon(GROUP_PROTOCOLS[protocol])), tmp_path) as members:
        for _ in range(_MEMBERS):
            members.start()
        for part in in_parts(events, scale.changes):
            publish(shop.bootstrap_servers, part)
            wait_for_a_moment(trial, shop, store, most=len(part))
            change_one(trial, members)
        shop.wait_until_done(store, timeout_seconds=300)
        account = judge(shop, store, album)
        members.stop_all()
    trial.passed(account)


def missed_soon(protocol: str) -> str:
    """The protocol's configuration with members that are killed being missed in seconds."""
    config = json.loads(protocol)
    # Of the new protocol the broker says when; the tests' one does so after 6 s.
    return json.dumps(config if "group.protocol" in config else {**config, "session.timeout.ms": 6_000})


def in_parts(events: Sequence[Event], parts: int) -> list[Sequence[Event]]:
    """As many parts, of almost the same length."""
    return [events[n * len(events) // parts : (n + 1) * len(events) // parts] for n in range(parts)]


def wait_for_a_moment(trial: Trial, shop: Shop, store: VectorStore, *, most: int) -> None:
    """Until some of what is to be done is done; how much is drawn."""
    left = trial.rng.randrange(most)
    shop.progress().wait_until_done(lambda: group_of_store(store), timeout_seconds=240, at_most=left)


def change_one(trial: Trial, members: Members) -> None:
    """End a member, kindly or not, and start another."""
    leaving = trial.rng.choice(members.running())
    if trial.rng.random() < 0.6:
        trial.faults["kill -9"] += 1
        leaving.kill()
    else:
        trial.faults["SIGTERM"] += 1
        leaving.stop()
    members.start()

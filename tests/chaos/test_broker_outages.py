"""Kafka goes away in every way that a broker can: nobody crashes or spins, and the index ends equal to F."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.brokers.fixtures import StartKafka
from tests.brokers.kafka_server import KafkaServer
from tests.brokers.topics import Topics
from tests.chaos.album import Album
from tests.chaos.at_random_moments import in_parts, wait_for_a_moment
from tests.chaos.conftest import make_shop
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Member, Members, missed_soon
from tests.chaos.scale import at_scale
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge, judge_midway
from tests.image_host.scripted_image_host import ScriptedImageHost
from tests.services.eventually import eventually, throughout
from tests.services.published import publish
from vector_store import open_store

_BUSIEST = 0.5
_ASLEEP_SECONDS = 0.9


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it. outages: in which ways, one after the other; seconds: how long each lasts at least."""

    size: HistorySize
    outages: tuple[str, ...]
    seconds: float


_SHORT = Scale(HistorySize(products=15, events=90), ("kill -9",), 1)
_FULL = Scale(
    HistorySize(products=120, events=2_400),
    ("stop", "SIGSTOP", "kill -9", "stop", "stutters", "SIGSTOP"),
    seconds=20,
)


@pytest.mark.timeout(900)
@at_scale("scale", short={"short": (_SHORT,)}, full={"full": (_FULL,)})
def test_the_broker_goes_away(
    *,
    trial: Trial,
    start_kafka: StartKafka,
    index: dict[str, str],
    image_host: ScriptedImageHost,
    album: Album,
    tmp_path: Path,
    scale: Scale,
) -> None:
    """Two members live through a broker that is stopped, killed and frozen with work in flight."""
    kafka = start_kafka()
    topics = Topics(kafka.bootstrap_servers)
    shop = make_shop(kafka, topics, image_host, tmp_path, index)
    urls = album.serve_all(shop.host, addresses=4)
    events = history(trial.rng, shop.topics, urls, scale.size)
    store = open_store(shop.settings())
    with Members(shop.environment(KAFKA_CONFIG=missed_soon("{}")), tmp_path) as members:
        pair = [members.start(), members.start()]
        for part, way in zip(in_parts(events, len(scale.outages)), scale.outages, strict=True):
            publish(shop.bootstrap_servers, part)
            wait_for_a_moment(trial, shop, store, most=len(part))
            trial.faults[f"broker: {way}"] += 1
            outage(kafka, way, pair, scale.seconds)
            judge_midway(shop, store)
        shop.wait_until_done(store, timeout_seconds=180)
        assert eventually(lambda: all(member.waits_for() == {} for member in pair))
        account = judge(shop, store, album)
        members.stop_all()
    store.close()
    trial.passed(account)


def outage(kafka: KafkaServer, way: str, members: list[Member], seconds: float) -> None:
    """One outage: nobody ends or spins meanwhile, and where the broker is gone each member says so."""
    if way == "stutters":
        assert throughout(lambda: stutter(kafka) and all(member.is_alive() for member in members), seconds)
        return
    {"stop": kafka.stop, "kill -9": kafka.kill, "SIGSTOP": kafka.suspend}[way]()
    if way != "SIGSTOP":
        assert eventually(lambda: all("kafka" in member.waits_for() for member in members))
    # What was taken in before it is worked off in the first half.
    assert throughout(lambda: all(member.is_alive() for member in members), seconds / 2)
    before = [_busy_seconds(member) for member in members]
    began = monotonic()
    assert throughout(lambda: all(member.is_alive() for member in members), seconds / 2)
    lasted = monotonic() - began
    for member, busy in zip(members, before, strict=True):
        share = (_busy_seconds(member) - busy) / lasted
        assert lasted < 5 or share < _BUSIEST, f"{member.name} kept {share:.0%} of a core busy"
    if way == "SIGSTOP":
        kafka.resume()
    else:
        kafka.start()


def stutter(kafka: KafkaServer) -> bool:
    """A broker that works for one moment in ten: slow, and never gone."""
    kafka.suspend()
    sleep(_ASLEEP_SECONDS)
    kafka.resume()
    return True


def _busy_seconds(member: Member) -> float:
    times = member.process().cpu_times()
    return times.user + times.system

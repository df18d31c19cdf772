"""The dead-letter topic takes nothing: the consumer pauses and says so, and loses nothing."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from tests.brokers.readiness import quiet_admin
from tests.chaos.album import Album
from tests.chaos.history import HistorySize, history
from tests.chaos.members import Members
from tests.chaos.scale import at_scale
from tests.chaos.trial import Trial
from tests.chaos.verdict import judge
from tests.integration.consumer.conftest import Shop
from tests.services.dead_letter_reading import read_dead_letters
from tests.services.eventually import eventually, throughout
from tests.services.group_progress import group_of_store
from tests.services.published import Event, publish
from vector_store import VectorStore

_REFUSES_ALL_BYTES = 100
_NEAR_THE_LIMIT_BYTES = 999_800
_DEFAULT_LIMIT_BYTES = 1_048_588


@pytest.mark.timeout(240)
@at_scale(
    "outage",
    short={},
    full={"missing": ("missing",), "refuses every size": ("refuses every size",)},
)
def test_the_dead_letter_topic_takes_nothing(
    *, trial: Trial, shop: Shop, store: VectorStore, album: Album, tmp_path: Path, outage: str
) -> None:
    """Nothing is committed past a letter that is not delivered; once it is, everything goes on."""
    admin = quiet_admin(shop.bootstrap_servers)
    break_it, mend_it = {
        "missing": (_remove, _create),
        "refuses every size": (
            lambda admin, topic: _limit(admin, topic, _REFUSES_ALL_BYTES),
            lambda admin, topic: _limit(admin, topic, _DEFAULT_LIMIT_BYTES),
        ),
    }[outage]
    urls = album.serve_all(shop.host, addresses=1)
    good = history(trial.rng, shop.topics, urls, HistorySize(products=10, events=40))
    size = HistorySize(products=10, events=40, bad_events=0.2)
    more = history(trial.rng, shop.topics, urls, size)
    with Members(shop.environment(), tmp_path) as members:
        member = members.start()
        publish(shop.bootstrap_servers, good)
        shop.wait_until_done(store, timeout_seconds=60)
        trial.faults[f"dead-letter topic {outage}"] += 1
        _until(lambda: break_it(admin, shop.dead_letters))
        huge = Event(shop.created, b"huge", b"x" * _NEAR_THE_LIMIT_BYTES)
        publish(shop.bootstrap_servers, [huge, *more])
        assert eventually(lambda: "dead_letter_topic" in member.waits_for(), timeout_seconds=60), (
            member.log_tail()
        )
        group = group_of_store(store)
        assert group is not None
        assert throughout(lambda: member.is_alive() and shop.progress().uncommitted(group) > 0, seconds=2)
        _until(lambda: mend_it(admin, shop.dead_letters))
        shop.wait_until_done(store, timeout_seconds=60)
        assert eventually(lambda: member.waits_for() == {}), member.waits_for()
        account = judge(shop, store, album)
        members.stop_all()
    [by_reference] = [
        letter
        for letter in read_dead_letters(shop.bootstrap_servers, shop.dead_letters)
        if letter.key == b"huge" and "dl_value_omitted_bytes" in letter.fields
    ][:1]
    assert by_reference.value is None
    assert by_reference.fields["dl_value_omitted_bytes"] == str(_NEAR_THE_LIMIT_BYTES)
    trial.passed(account)


def _until(do: Callable[[], None]) -> None:
    def done() -> bool:
        with suppress(KafkaException):
            do()
            return True
        return False

    assert eventually(done)


def _remove(admin: AdminClient, topic: str) -> None:
    admin.delete_topics([topic])[topic].result(timeout=10)
    assert eventually(lambda: topic not in admin.list_topics(timeout=10).topics)


def _create(admin: AdminClient, topic: str) -> None:
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])[topic].result(timeout=10)


def _limit(admin: AdminClient, topic: str, most_bytes: int) -> None:
    entry = ConfigEntry("max.message.bytes", str(most_bytes), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result(timeout=10)

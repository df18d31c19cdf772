"""What an operator does with generations, over a real store and groups as Kafka would tell them."""

from collections.abc import Iterator

import pytest

from consumer.errors import GenerationChangeRefused, KafkaUnreachable, NoSuchTopic
from consumer.generations.promotion import Promotion, promote
from consumer.generations.removal import Removal, remove, require_removable
from consumer.generations.rollback import doubts_of, roll_back
from consumer.generations.standing import Standing, standings
from consumer.kafka.group_lag import GroupLag
from consumer.reindex.build_mark import BuildMark, BuildMarks, BuildSource
from tests.contract.memory_store import MemoryStore
from tests.contract.samples import a_record, a_write, insert
from tests.unit.consumer.generation_world import NEW, OLD, FakeGroups, FakeTime, a_lag, a_store
from vector_store import GenerationMissing, ProductIndex, Stamp, StoreMisused

AWAY = KafkaUnreachable("nobody answers")


@pytest.fixture
def store() -> Iterator[MemoryStore]:
    opened = a_store()
    yield opened
    opened.close()


def listed(store: MemoryStore, groups: FakeGroups, now_ms: int = 50_000) -> dict[str, Standing]:
    return {each.generation.name: each for each in standings(store, groups, now_ms=lambda: now_ms)}


def test_a_generation_is_told_whole(store: MemoryStore) -> None:
    """What it holds, where its group stands, who reads for it, and what shoppers see."""
    store.promote(NEW.name)
    told = listed(store, FakeGroups(a_lag(3, members=2)))[OLD.name].to_json()
    assert told == {
        "generation": OLD.name,
        "role": "previous",
        "model_version": "0a1b2c3d",
        "created": "1970-01-01T00:00:01+00:00",
        "incarnation": OLD.incarnation,
        "group": f"group of {OLD.name}",
        "products": 2,
        "images": 3,
        "pending": 1,
        "disk_bytes": None,
        "position": [
            {"topic": "products", "partition": 0, "offset": 97, "end": 100},
            {"topic": "products", "partition": 1, "offset": 5, "end": 5},
        ],
        "lag_messages": 3,
        "lag_seconds": 10.0,
        "lag_unknown": None,
        "members": 2,
        "warnings": [],
    }


def test_roles_are_those_of_the_aliases(store: MemoryStore) -> None:
    """Promoted, previous, or neither."""
    assert [each.role.value for each in listed(store, FakeGroups()).values()] == ["promoted", "none"]
    store.promote(NEW.name)
    assert [each.role.value for each in listed(store, FakeGroups()).values()] == ["previous", "promoted"]


def test_without_kafka_the_rest_is_told_and_it_is_asked_once(store: MemoryStore) -> None:
    """A broker that is away costs one deadline, not one for each generation."""
    groups = FakeGroups(AWAY)
    for standing in listed(store, groups).values():
        told = standing.to_json()
        assert (told["products"], told["lag_messages"], told["lag_seconds"]) == (2, None, None)
        assert (told["position"], told["members"], told["lag_unknown"]) == (None, None, "nobody answers")
    assert groups.asked == [OLD.name]
    groups = FakeGroups(NoSuchTopic("no such topic: products"))
    assert {each.lag_unknown for each in listed(store, groups).values()} == {"no such topic: products"}


def test_a_promoted_generation_that_nobody_writes_is_warned_of(store: MemoryStore) -> None:
    """By the group's members where Kafka tells them, else by the age of its status."""
    told = listed(store, FakeGroups(a_lag(members=0)))
    assert "no consumer" in told[OLD.name].warnings[0]
    assert told[NEW.name].warnings == ()
    ProductIndex(store.open(OLD.name)).write_status({"written_at_ms": 50_000})
    for unknown in (a_lag(members=None), AWAY):
        assert listed(store, FakeGroups(unknown), now_ms=109_000)[OLD.name].warnings == ()
        [warning] = listed(store, FakeGroups(unknown), now_ms=110_000)[OLD.name].warnings
        assert "for 60 s" in warning


def promoted(
    store: MemoryStore, *lags: GroupLag | Exception, time: FakeTime | None = None, force: bool = False
) -> Promotion:
    return promote(
        store,
        store.open(NEW.name),
        FakeGroups(*lags),
        time=time or FakeTime(),
        force=force,
        wait_seconds=10,
        settle_seconds=1,
    )


def test_a_generation_that_has_caught_up_and_is_clean_is_promoted(store: MemoryStore) -> None:
    """The one before is where a rollback goes."""
    assert promoted(store, a_lag()) == Promotion(NEW.name, OLD.name, ())
    assert (store.promoted(), store.previous()) == (NEW.name, OLD.name)


def test_a_consumer_at_work_is_waited_for(store: MemoryStore) -> None:
    """What counts is what the topics held at first, however much arrives meanwhile."""
    time = FakeTime()
    promoted(store, a_lag(50), a_lag(20, end=110), a_lag(30, end=130), time=time)
    assert time.pauses == [0.5, 0.5]
    assert store.promoted() == NEW.name


@pytest.mark.parametrize(
    ("lags", "why", "waits"),
    [
        ([a_lag(12, members=2)], "lags 12 messages, 20 s, with 2 members", True),
        ([a_lag(12, members=0)], "lags 12 messages, 10 s, with 0 members", False),
        ([a_lag(12, members=None, since_ms=None)], "lags 12 messages, with an unknown number", True),
        ([AWAY], "whether .* has caught up is not known: nobody answers", False),
        ([a_lag(12), AWAY], "is not known: nobody answers", True),
    ],
)
def test_one_that_lags_is_refused(
    store: MemoryStore, lags: list[GroupLag | Exception], why: str, waits: bool
) -> None:
    """By how much it does, and how many consumers it has; nobody is waited for where there is none."""
    time = FakeTime()
    with pytest.raises(GenerationChangeRefused, match=why):
        promoted(store, *lags, time=time)
    assert (store.promoted(), store.previous()) == (OLD.name, None)
    assert bool(time.pauses) == waits
    assert time.seconds <= 10


def test_one_whose_audit_is_not_clean_is_refused(store: MemoryStore) -> None:
    """It says what was found; it looks twice, a while apart."""
    leftover = a_write(a_record("deleted", Stamp(4, 0), indexed=["https://x/old"])).points[0]
    insert(store.open(NEW.name), [leftover.to_point()])
    time = FakeTime()
    with pytest.raises(GenerationChangeRefused, match=r"audit of .* is not clean \(1 orphan\)"):
        promoted(store, time=time)
    assert store.promoted() == OLD.name
    assert sum(time.pauses) >= 1


def test_one_that_is_half_copied_is_refused(store: MemoryStore) -> None:
    """Its group's offsets say nothing of what is in it yet."""
    BuildMarks(store.open(NEW.name)).begin(BuildMark(BuildSource.RECORDS, finished=False))
    with pytest.raises(GenerationChangeRefused, match="still being made"):
        promoted(store)
    assert store.promoted() == OLD.name


def test_force_asks_nothing(store: MemoryStore) -> None:
    """Neither Kafka nor the audit."""
    leftover = a_write(a_record("deleted", Stamp(4, 0), indexed=["https://x/old"])).points[0]
    insert(store.open(NEW.name), [leftover.to_point()])
    assert promoted(store, AWAY, force=True).promoted == NEW.name
    assert store.promoted() == NEW.name


def test_what_is_promoted_without_a_consumer_is_warned_of(store: MemoryStore) -> None:
    """It will not keep up."""
    assert "no consumer" in promoted(store, a_lag(members=0)).warnings[0]


def test_promoting_the_promoted_one_changes_nothing(store: MemoryStore) -> None:
    """Where a rollback goes stays too."""
    promoted(store)
    assert "already" in promoted(store, AWAY).warnings[0]
    assert (store.promoted(), store.previous()) == (NEW.name, OLD.name)


def test_a_rollback_goes_back_and_forth(store: MemoryStore) -> None:
    """To the generation of before, each time."""
    store.promote(NEW.name)
    assert roll_back(store).to_json() == {"promoted": OLD.name, "before": NEW.name}
    assert store.promoted() == OLD.name
    assert roll_back(store).promoted == NEW.name


def test_there_is_nowhere_to_go_back_to(store: MemoryStore) -> None:
    """Nothing was promoted before, or it has been dropped."""
    with pytest.raises(GenerationChangeRefused, match="no generation to go back to"):
        roll_back(store)
    store.promote(NEW.name)
    store.drop(OLD.name)
    with pytest.raises(GenerationChangeRefused, match="no generation to go back to"):
        roll_back(store)
    assert store.promoted() == NEW.name


@pytest.mark.parametrize(
    ("lag", "words"),
    [
        (a_lag(), []),
        (a_lag(3), ["lags 3 messages, 10 s, with 1 member, and goes on reading"]),
        (a_lag(members=0), ["no consumer"]),
        (a_lag(3, members=0), ["no consumer", "lags 3 messages, 10 s"]),
        (AWAY, ["is not known: nobody answers"]),
    ],
)
def test_doubts_about_what_was_gone_back_to_are_told(
    store: MemoryStore, lag: GroupLag | Exception, words: list[str]
) -> None:
    """No members, a lag and how large, or that nobody knows."""
    told = doubts_of(store, OLD.name, FakeGroups(lag), now_ms=lambda: 50_000)
    assert len(told) == len(words)
    for doubt, word in zip(told, words, strict=True):
        assert word in doubt


@pytest.mark.parametrize(
    ("lag", "why"),
    [
        (a_lag(members=1), "has 1 running consumer, which would stop"),
        (a_lag(members=2), "has 2 running consumers"),
        (a_lag(members=None), "is not told by Kafka"),
        (AWAY, "is not known: nobody answers"),
    ],
)
def test_a_generation_that_may_be_in_use_is_not_dropped(
    store: MemoryStore, lag: GroupLag | Exception, why: str
) -> None:
    """Unless by force; one that nobody reads for is."""
    with pytest.raises(GenerationChangeRefused, match=why):
        require_removable(store, NEW, FakeGroups(lag), force=False)
    require_removable(store, NEW, FakeGroups(lag), force=True)
    require_removable(store, NEW, FakeGroups(a_lag(members=0)), force=False)


def test_the_promoted_one_is_never_dropped(store: MemoryStore) -> None:
    """Not by force, and not where it was promoted during the grace."""
    for force in (False, True):
        with pytest.raises(GenerationChangeRefused, match="what shoppers see"):
            require_removable(store, OLD, FakeGroups(a_lag(members=0)), force=force)
    groups = FakeGroups()
    with pytest.raises(StoreMisused):
        remove(
            store,
            NEW,
            groups,
            pause=lambda _: store.promote(NEW.name),
            grace_seconds=3,
            group_wait_seconds=0,
        )
    assert store.open(NEW.name).generation == NEW
    assert groups.removed == []


def test_searches_that_have_begun_are_given_time(store: MemoryStore) -> None:
    """The collection is there until the grace is over; then it goes, and its group."""
    groups, there = FakeGroups(), []

    def pause(seconds: float) -> None:
        there.append((seconds, store.open(NEW.name).generation == NEW, list(groups.removed)))

    done = remove(store, NEW, groups, pause=pause, grace_seconds=3, group_wait_seconds=0)
    assert there == [(3, True, [])]
    assert done == Removal(NEW.name, f"group of {NEW.name}", group_removed=True, warnings=())
    assert groups.removed == [NEW.name]
    with pytest.raises(GenerationMissing):
        store.open(NEW.name)


def test_the_group_goes_once_it_is_empty(store: MemoryStore) -> None:
    """Members that stop are waited for; one that stays leaves the group, which is told."""
    time = FakeTime()
    done = remove(
        store,
        NEW,
        FakeGroups(removals=[False, False, True]),
        pause=time.pause,
        grace_seconds=0,
        group_wait_seconds=60,
    )
    assert done.group_removed
    assert time.pauses == [0, 1, 1]
    store.create(NEW)
    done = remove(
        store, NEW, FakeGroups(removals=[False]), pause=time.pause, grace_seconds=0, group_wait_seconds=2
    )
    assert not done.group_removed
    assert "still has members" in done.warnings[0]


def test_a_group_that_cannot_be_removed_is_told(store: MemoryStore) -> None:
    """The collection is gone all the same."""
    done = remove(
        store, NEW, FakeGroups(removals=[AWAY]), pause=lambda _: None, grace_seconds=0, group_wait_seconds=9
    )
    assert not done.group_removed
    assert "nobody answers" in done.warnings[0]
    assert [each.name for each in store.generations()] == [OLD.name]

"""Reading begins where nothing is skipped; where something may be gone, the repair is named instead."""

from dataclasses import replace

import pytest
import structlog

from consumer.errors import OffsetGap
from consumer.kafka.start_positions import PartitionLog, StartRules, start_position
from consumer.status.status_point import last_written_ms
from tests.contract.memory_store import MemoryCollection
from tests.contract.samples import a_generation
from vector_store import ProductIndex

_DAY_MS = 86_400_000
_NOW_MS = 1_000 * _DAY_MS
_LOG = PartitionLog("products", 2, committed=None, low=0, high=100)


def _days_ago(days: float) -> int:
    return int(_NOW_MS - days * _DAY_MS)


def rules(*, empty: bool = False, away_days: float = 0, kept_days: float | None = None) -> StartRules:
    return StartRules(
        index_is_empty=lambda: empty,
        last_written_ms=lambda: _days_ago(away_days),
        now_ms=lambda: _NOW_MS,
        deletes_kept_ms={} if kept_days is None else {"products": int(kept_days * _DAY_MS)},
    )


def refusal(log: PartitionLog, given: StartRules) -> str:
    with pytest.raises(OffsetGap) as refused:
        start_position(log, given)
    text = str(refused.value)
    assert "products[2]" in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize("committed", [0, 40, 100])
def test_a_committed_offset_is_where_it_goes_on(committed: int) -> None:
    """Whatever the index holds, and however long ago, in a log that forgets nothing."""
    assert start_position(replace(_LOG, committed=committed), rules(away_days=900)) == committed


def test_a_group_without_offsets_begins_at_a_whole_log() -> None:
    """Expired offsets cost a replay, and nothing else, where the log still has everything."""
    assert start_position(_LOG, rules()) == 0


def test_a_group_without_offsets_on_a_short_log_is_a_gap() -> None:
    """What the index lacks of what is gone cannot be known; its records are the best beginning there is."""
    text = refusal(replace(_LOG, low=10), rules())
    assert "no committed offset" in text
    assert "python -m consumer reindex --from-records" in text


def test_an_empty_index_begins_at_a_short_log_with_a_warning() -> None:
    """There is nothing that the missing events could contradict."""
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as logs:
        assert start_position(replace(_LOG, low=10), rules(empty=True)) == 10
    assert [(line["log_level"], line["begins_at"]) for line in logs] == [("warning", 10)]


def test_a_committed_offset_below_the_logs_beginning_is_a_gap() -> None:
    """Retention overtook the group: both offsets and the repair are named."""
    text = refusal(replace(_LOG, committed=7, low=10), rules(empty=True))
    assert "up to 7" in text
    assert "at 10" in text
    assert "python -m consumer reindex --from-records" in text


def test_a_committed_offset_at_the_logs_beginning_is_none() -> None:
    """Everything that is gone was read."""
    assert start_position(replace(_LOG, committed=10, low=10), rules()) == 10


@pytest.mark.parametrize("committed", [None, 40])
def test_a_lag_that_is_older_than_deletes_are_kept_is_a_gap(committed: int | None) -> None:
    """Compaction has removed tombstones by then; the compacted log itself still tells of all that is live."""
    text = refusal(replace(_LOG, committed=committed), rules(away_days=31, kept_days=30))
    assert "30 days" in text
    assert "31 days" in text
    assert "python -m consumer reindex --from-log" in text


def test_the_time_that_is_stored_with_an_offset_counts() -> None:
    """Whatever the index's status says: another member may have written it, of other partitions."""
    log = replace(_LOG, committed=40, committed_at_ms=_days_ago(31))
    assert "31 days" in refusal(log, rules(away_days=0, kept_days=30))
    log = replace(_LOG, committed=40, committed_at_ms=_days_ago(1))
    assert start_position(log, rules(away_days=31, kept_days=30)) == 40


def test_where_a_compacted_log_is_short_its_repair_is_from_the_records() -> None:
    """A topic that compacts and deletes does not hold all that is live."""
    log = replace(_LOG, committed=40, low=10)
    assert "--from-records" in refusal(log, rules(away_days=31, kept_days=30))


@pytest.mark.parametrize(
    ("log", "given"),
    [
        (replace(_LOG, committed=40), rules(away_days=29, kept_days=30)),
        (replace(_LOG, committed=100), rules(away_days=31, kept_days=30)),
        (replace(_LOG, committed=40), rules(away_days=31, kept_days=30, empty=True)),
        (replace(_LOG, topic="other", committed=40), rules(away_days=31, kept_days=30)),
    ],
    ids=["not so long", "no lag", "an empty index", "a topic that is not compacted"],
)
def test_an_absence_that_lost_no_deletes_is_none(log: PartitionLog, given: StartRules) -> None:
    """Deletes that are still kept, none to read, nothing to delete, or a log without tombstones."""
    assert start_position(log, given) == log.committed


def test_an_index_was_last_written_when_its_status_says_so() -> None:
    """Before the first status, when it was made."""
    index = ProductIndex(MemoryCollection(a_generation(created_at_ms=5)))
    assert last_written_ms(index) == 5
    index.write_status({"written_at_ms": 70})
    assert last_written_ms(index) == 70

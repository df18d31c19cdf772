import pytest

from consumer.kafka.topic_policies import deletes_kept_ms, shortcomings

_DAY_MS = 86_400_000


@pytest.mark.parametrize(
    "policy",
    [
        {"cleanup.policy": "compact", "delete.retention.ms": str(30 * _DAY_MS), "retention.ms": "1"},
        {"cleanup.policy": "delete", "retention.ms": "-1"},
        {},
    ],
)
def test_a_log_that_forgets_nothing_is_fine(policy: dict[str, str]) -> None:
    """Compaction with readable deletes, or no deletion at all: nothing to say."""
    assert shortcomings(policy) == []


def test_everything_that_is_forgotten_is_told() -> None:
    """A topic that compacts and deletes forgets twice."""
    policy = {"cleanup.policy": "compact,delete", "retention.ms": "3600000", "delete.retention.ms": "1"}
    assert len(shortcomings(policy)) == 2


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"cleanup.policy": "delete", "retention.ms": str(7 * _DAY_MS)}, "7 days"),
        ({"cleanup.policy": "delete", "retention.ms": "3600000"}, "0.0417 days"),
        ({"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "100"}, "retention.bytes"),
        ({"cleanup.policy": "compact", "delete.retention.ms": str(_DAY_MS)}, "1 days"),
        ({"cleanup.policy": "compact"}, "delete.retention.ms"),
    ],
)
def test_a_log_that_forgets_is_told(policy: dict[str, str], words: str) -> None:
    """What is forgotten, and after how long, is said."""
    [shortcoming] = shortcomings(policy)
    assert words in shortcoming


def test_how_long_deletes_are_kept_is_told_of_compacted_topics_alone() -> None:
    """A day unless the broker says otherwise; a topic that only deletes has no tombstones to lose."""
    policies: dict[str, dict[str, str | None]] = {
        "compacted": {"cleanup.policy": "compact", "delete.retention.ms": "5000"},
        "both": {"cleanup.policy": "delete,compact", "delete.retention.ms": None},
        "deleted": {"cleanup.policy": "delete", "delete.retention.ms": "5000"},
        "unknown": {},
    }
    assert deletes_kept_ms(policies) == {"compacted": 5000, "both": _DAY_MS}

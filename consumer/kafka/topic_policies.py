"""What the topics' policies forget: a warning at start-up, and how long deletes are kept."""

from collections.abc import Mapping, Sequence

import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource

_log = structlog.get_logger()
_DAY_MS = 86_400_000
_DELETES_READABLE_MS = 30 * _DAY_MS


def topic_policies(
    admin: AdminClient, topics: Sequence[str], *, deadline_seconds: float
) -> dict[str, Mapping[str, str | None]]:
    """The topics' configurations, by topic; one that the broker does not tell is left out.

    Blocks up to the deadline.
    """
    resources = [ConfigResource(ConfigResource.Type.TOPIC, topic) for topic in topics]
    policies: dict[str, Mapping[str, str | None]] = {}
    for resource, answer in admin.describe_configs(resources, request_timeout=deadline_seconds).items():
        try:
            entries = answer.result(timeout=deadline_seconds)
        except (KafkaException, TimeoutError) as error:
            _log.debug("topic policy unknown", topic=resource.name, reason=str(error))
            continue
        policies[resource.name] = {name: entry.value for name, entry in entries.items()}
    return policies


def warn_of_policies(policies: Mapping[str, Mapping[str, str | None]]) -> None:
    """Log a warning for each topic that cannot support replay."""
    for topic, policy in policies.items():
        for shortcoming in shortcomings(policy):
            _log.warning("topic policy", topic=topic, shortcoming=shortcoming)


def deletes_kept_ms(policies: Mapping[str, Mapping[str, str | None]]) -> dict[str, int]:
    """How long each compacted topic keeps its tombstones. Pure."""
    return {topic: _deletes_kept_ms(policy) for topic, policy in policies.items() if _compacts(policy)}


def shortcomings(policy: Mapping[str, str | None]) -> list[str]:
    """What a topic with this configuration cannot do for an index, in words. Pure."""
    found: list[str] = []
    deletes = "delete" in _cleanup_policies(policy)
    retention_ms = _number(policy.get("retention.ms"), -1)
    if deletes and retention_ms >= 0:
        found.append(
            f"events are deleted after {_days(retention_ms)}: an index cannot be rebuilt from it alone, "
            "and a consumer that is away for longer meets a gap"
        )
    if deletes and _number(policy.get("retention.bytes"), -1) >= 0:
        found.append("events are deleted beyond retention.bytes: an index cannot be rebuilt from it alone")
    deletes_ms = _deletes_kept_ms(policy)
    if _compacts(policy) and deletes_ms < _DELETES_READABLE_MS:
        found.append(
            f"deletes are forgotten after {_days(deletes_ms)}: a consumer that is away for longer would keep "
            "deleted products; set delete.retention.ms to 30 days or more"
        )
    return found


def _cleanup_policies(policy: Mapping[str, str | None]) -> list[str]:
    return [each.strip() for each in (policy.get("cleanup.policy") or "").split(",")]


def _compacts(policy: Mapping[str, str | None]) -> bool:
    return "compact" in _cleanup_policies(policy)


def _deletes_kept_ms(policy: Mapping[str, str | None]) -> int:
    return _number(policy.get("delete.retention.ms"), _DAY_MS)


def _number(text: str | None, default: int) -> int:
    try:
        return default if text is None else int(text)
    except ValueError:
        return default


def _days(milliseconds: int) -> str:
    return f"{milliseconds / _DAY_MS:.3g} days"

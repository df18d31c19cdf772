"""Topics whose policy forgets what a rebuild would need are warned of at start-up."""

from collections.abc import Mapping, Sequence

import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource

_log = structlog.get_logger()
_DAY_MS = 86_400_000
_DELETES_READABLE_MS = 30 * _DAY_MS


def warn_of_policies(admin: AdminClient, topics: Sequence[str], *, deadline_seconds: float) -> None:
    """Ask for the topics' policies and log a warning for each that cannot support replay.

    Blocks up to the deadline. A broker that does not tell is left alone: nothing depends on it.
    """
    resources = [ConfigResource(ConfigResource.Type.TOPIC, topic) for topic in topics]
    for resource, answer in admin.describe_configs(resources, request_timeout=deadline_seconds).items():
        try:
            entries = answer.result(timeout=deadline_seconds)
        except (KafkaException, TimeoutError) as error:
            _log.debug("topic policy unknown", topic=resource.name, reason=str(error))
            continue
        for shortcoming in shortcomings({name: entry.value for name, entry in entries.items()}):
            _log.warning("topic policy", topic=resource.name, shortcoming=shortcoming)


def shortcomings(policy: Mapping[str, str | None]) -> list[str]:
    """What a topic with this configuration cannot do for an index, in words. Pure."""
    found: list[str] = []
    policies = (policy.get("cleanup.policy") or "").split(",")
    retention_ms = _number(policy.get("retention.ms"), -1)
    if "delete" in policies and retention_ms >= 0:
        found.append(
            f"events are deleted after {_days(retention_ms)}: an index cannot be rebuilt from it alone, "
            "and a consumer that is away for longer meets a gap"
        )
    if "delete" in policies and _number(policy.get("retention.bytes"), -1) >= 0:
        found.append("events are deleted beyond retention.bytes: an index cannot be rebuilt from it alone")
    deletes_ms = _number(policy.get("delete.retention.ms"), _DAY_MS)
    if "compact" in policies and deletes_ms < _DELETES_READABLE_MS:
        found.append(
            f"deletes are forgotten after {_days(deletes_ms)}: a consumer that is away for longer would keep "
            "deleted products; set delete.retention.ms to 30 days or more"
        )
    return found


def _number(text: str | None, default: int) -> int:
    try:
        return default if text is None else int(text)
    except ValueError:
        return default


def _days(milliseconds: int) -> str:
    return f"{milliseconds / _DAY_MS:.3g} days"

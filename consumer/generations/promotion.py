"""Whether a generation may be what shoppers see, and making it that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from consumer.audit.findings import Finding
from consumer.audit.generation_audit import Audit, AuditReport
from consumer.errors import GenerationChangeRefused, KafkaUnreachable, NoSuchTopic
from consumer.generations.groups import Groups
from consumer.kafka.group_lag import GroupLag, seconds_behind
from consumer.reindex.build_mark import is_half_copied
from vector_store import Collection, ProductIndex, VectorStore

_ASK_AGAIN_SECONDS = 0.5


class Time(Protocol):
    """The clocks, and waiting."""

    def monotonic(self) -> float:
        """Seconds."""
        ...

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        ...

    def pause(self, seconds: float) -> None:
        """Block for so long."""
        ...


@dataclass(frozen=True, slots=True)
class Promotion:
    """What has become of the alias. before: the generation that it named; None where there was none.

    warnings: what somebody should look at all the same, in words.
    """

    promoted: str
    before: str | None
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """For one line of output."""
        return {"promoted": self.promoted, "before": self.before, "warnings": list(self.warnings)}


def promote(
    store: VectorStore,
    collection: Collection,
    groups: Groups,
    *,
    time: Time,
    force: bool = False,
    wait_seconds: float = 15.0,
    settle_seconds: float = 5.0,
    tell: Callable[[Finding], None] = lambda _: None,
) -> Promotion:
    """Point the alias at this generation where it is whole and has caught up, or by force.

    It has caught up once it has read what the topics held when this began; a consumer at work is given
    `wait_seconds` for the rest. settle_seconds, tell: see Audit. Blocks for as long as the audit takes.
    Raises GenerationChangeRefused, which says why, and StoreError.
    """
    name, before = collection.generation.name, store.promoted()
    if before == name:
        return Promotion(name, store.previous(), (f"{name} was promoted already: nothing has changed",))
    warnings: list[str] = []
    if not force:
        warnings += _require_caught_up(collection, groups, time, wait_seconds)
        _require_clean(collection, time, settle_seconds, tell)
    store.promote(name)
    return Promotion(name, before, tuple(warnings))


def _require_caught_up(collection: Collection, groups: Groups, time: Time, wait_seconds: float) -> list[str]:
    generation = collection.generation
    if is_half_copied(collection):
        raise GenerationChangeRefused(
            f"{generation.name} is still being made of another generation's records: let `reindex` end first"
        )
    try:
        asked = lag = groups.lag(generation)
        until = time.monotonic() + wait_seconds
        while lag.behind(asked) and lag.members != 0 and time.monotonic() < until:
            time.pause(_ASK_AGAIN_SECONDS)
            lag = groups.lag(generation)
    except (KafkaUnreachable, NoSuchTopic) as error:
        raise GenerationChangeRefused(
            f"whether {generation.name} has caught up is not known: {error}; --force promotes it all the same"
        ) from error
    if lag.behind(asked):
        raise GenerationChangeRefused(
            f"{generation.name} lags {in_words(lag, now_ms=time.now_ms())}: wait until it has caught up, or "
            "--force"
        )
    return list(warnings_of(generation.name, lag))


def _require_clean(
    collection: Collection, time: Time, settle_seconds: float, tell: Callable[[Finding], None]
) -> None:
    audit = Audit(
        ProductIndex(collection).inspection(),
        repairs=False,
        tell=tell,
        clock=time.monotonic,
        now_ms=time.now_ms,
        settle_seconds=settle_seconds,
    )
    for wait_seconds in audit.steps():
        if wait_seconds > 0:
            time.pause(wait_seconds)
    if not audit.report.clean:
        name = collection.generation.name
        raise GenerationChangeRefused(
            f"the audit of {name} is not clean ({_findings(audit.report)}): `python -m consumer audit "
            f"--generation {name} --repair`, or --force"
        )


def warnings_of(name: str, lag: GroupLag) -> tuple[str, ...]:
    """What is to be said of a generation that shoppers see."""
    if lag.members == 0:
        return (f"no consumer of {name} is running: it will not keep up until one is",)
    return ()


def in_words(lag: GroupLag, *, now_ms: int) -> str:
    """By how much a group lags: 12 messages, 34 s, with 2 members."""
    seconds = seconds_behind(lag, now_ms=now_ms)
    age = "" if seconds is None else f", {seconds:,.0f} s"
    return f"{_many(lag.messages_behind, 'message')}{age}, with {_many(lag.members, 'member')}"


def _many(number: int | None, thing: str) -> str:
    counted = "an unknown number of" if number is None else f"{number:,}"
    return f"{counted} {thing}{'s' * (number != 1)}"


def _findings(report: AuditReport) -> str:
    return ", ".join(f"{number:,} {kind.value}" for kind, number in report.findings.items() if number)

"""What a demo can be told about its generations, and what it says of it, wherever that is carried out."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Any

from pydantic import BaseModel, ConfigDict

from consumer.generations.standing import Role, Standing
from consumer.reindex.outcome_in_words import findings_of
from consumer.reindex.rebuild import ReindexOutcome, ReindexRequest
from consumer.reindex.watching import Watcher
from standalone.generations import Generations

COMPLETE = 0
FINDINGS = 3
UNFINISHED = 130


class Verb(StrEnum):
    """What to do."""

    LIST = "list"
    PROMOTE = "promote"
    ROLLBACK = "rollback"
    REINDEX = "reindex"


class Order(BaseModel):
    """One command. name, force: of PROMOTE. model, suffix, refetch, promote: of REINDEX."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: Verb
    name: str = ""
    force: bool = False
    model: Path | None = None
    suffix: str | None = None
    refetch: bool = False
    promote: bool = False


class Done(BaseModel):
    """What has come of it: for people, for programs, and the exit status."""

    model_config = ConfigDict(frozen=True)

    lines: list[str]
    facts: list[dict[str, Any]]
    status: int = COMPLETE


def carry_out(order: Order, generations: Generations, *, watcher: Watcher, stop: Event) -> Done:
    """Do it. Blocks until it is done or `stop` is set; raises as Generations does."""
    match order.verb:
        case Verb.LIST:
            found = generations.standings()
            return Done(lines=[_in_a_line(each) for each in found], facts=[each.to_json() for each in found])
        case Verb.PROMOTE:
            promotion = generations.promote(order.name, force=order.force)
            lines = [f"promoted: {promotion.promoted}; before: {promotion.before}", *promotion.warnings]
            return Done(lines=lines, facts=[promotion.to_json()])
        case Verb.ROLLBACK:
            back = generations.roll_back()
            return Done(lines=[f"promoted: {back.promoted}; before: {back.before}"], facts=[back.to_json()])
        case Verb.REINDEX:
            # Its consumer is kept by whoever carries it out.
            request = ReindexRequest(order.suffix, refetch=order.refetch, promote=order.promote, exits=True)
            return _told(generations.reindex(order.model, request, watcher=watcher, stop=stop))


def _told(outcome: ReindexOutcome) -> Done:
    clean = outcome.audit is not None and outcome.audit.sound
    status = UNFINISHED if not outcome.finished else COMPLETE if clean else FINDINGS
    facts = {
        "generation": outcome.generation,
        "instead_of": outcome.instead_of,
        "source": outcome.source.value,
        "resumed": outcome.resumed,
        "finished": outcome.finished,
        "promoted": outcome.promoted,
        "audit_clean": clean,
        "comparison": None if outcome.comparison is None else outcome.comparison.to_json(),
    }
    return Done(
        lines=[*findings_of(outcome), *_what_next(outcome, clean=clean)], facts=[facts], status=status
    )


def _what_next(outcome: ReindexOutcome, *, clean: bool) -> Iterator[str]:
    name = outcome.generation
    if not outcome.finished:
        yield f"{name} is not finished: the same command goes on with it"
    elif outcome.promoted:
        yield f"{name} is promoted: searches are answered from it"
        yield "  back to the one before:   python -m standalone generations rollback"
    else:
        yield f"{name} is built and not promoted{'' if clean else ', since its audit is not clean'}"
        yield f"  let searches use it:      python -m standalone generations promote {name}"


def _in_a_line(standing: Standing) -> str:
    role = "" if standing.role is Role.NONE else f", {standing.role.value}"
    lag = "lag unknown" if standing.lag is None else f"{standing.lag.messages_behind:,} events behind"
    return (
        f"{standing.generation.name}{role}: {standing.products:,} products with {standing.images:,} images, "
        f"{standing.pending:,} pending, {lag}"
    )

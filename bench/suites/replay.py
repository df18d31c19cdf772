"""A topic that is read again from its beginning while the index has it all, beside reading alone."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import time_ns

from bench.asked_process import AskedProcess
from bench.child_process import ChildProcess
from bench.commit_watch import CommitWatch, group_of_index
from bench.core_seconds import Clocks, Effort
from bench.errors import WrongOutcome
from bench.kafka import topics
from bench.results import Figure, Measure, Samples
from bench.search_index import build_index, product_data
from bench.settings import child_environment
from bench.surroundings import Surroundings, consumer_environment
from consumer.redrive.returned_messages import redrive_topic
from standalone.publish import publish
from vector_store import ProductIndex, Stamp
from vector_store.edge import EdgeStore

Report = Callable[[str], None]
_IMAGES = 3
_DEADLINE_SECONDS = 180.0
_EARLIER_MS = 60_000


@dataclass(frozen=True, slots=True)
class ReplaySizes:
    """events: read in a round, of so many products, all of them already in the index."""

    rounds: int = 4
    products: int = 2_000
    events: int = 40_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ReplayMeasured:
    """What the rounds gave, each list by round.

    replayed: by the consumer, from Kafka. raw_seconds: of reading alone. in_process_seconds: of what the
    consumer does with what was read, see `bench.replay_in_process`.
    """

    sizes: ReplaySizes
    replayed: list[Effort] = field(default_factory=list)
    raw_seconds: list[float] = field(default_factory=list)
    in_process_seconds: list[float] = field(default_factory=list)


def measure_replay(
    around: Surroundings, model_path: Path, sizes: ReplaySizes, report: Report
) -> ReplayMeasured:
    """Run all rounds, every other one in the reverse order. Blocks for about a minute on two cores.

    Raises BenchError, DemoError, StoreError.
    """
    folder, topic, letters = around.folder / "replayed", around.topic("replayed"), around.topic("letters")
    now_ms = time_ns() // 1_000_000
    stamp = Stamp.of_event(order=now_ms, deleted=False, tie=0)
    report(f"publishing {sizes.events:,} events of {sizes.products:,} products that the index has")
    build_index(folder, model_path, products=sizes.products, seed=sizes.seed, images=_IMAGES, stamp=stamp)
    measured = ReplayMeasured(sizes)
    config = dict(around.kafka.config)
    with (
        topics(around.kafka, topic, letters, redrive_topic(letters)),
        AskedProcess(
            ["bench.raw_replay", json.dumps(config), topic],
            environment=child_environment({}),
            log=around.folder / "raw-replay.log",
        ) as raw,
        AskedProcess(
            ["bench.replay_in_process"],
            environment=consumer_environment(around, topic=topic, index=folder),
            log=around.folder / "replay-in-process.log",
        ) as consumer_code,
    ):
        raw.greeting()
        consumer_code.greeting()
        products = [product_data(number, _IMAGES) for number in range(sizes.products)]
        again = islice(cycle(products), sizes.events)
        publish(config, topic, again, time_ms=now_ms - _EARLIER_MS, on_delivered=lambda: None)
        for number in range(1, sizes.rounds + 1):
            steps = (
                partial(_replay, measured, around, folder, topic, letters),
                partial(_read, measured, raw),
                partial(_replay_in_process, measured, consumer_code, now_ms - _EARLIER_MS),
            )
            for step in steps if number % 2 else reversed(steps):
                step()
            report(_line(measured, number))
    _check(folder, sizes, stamp)
    return measured


def replay_figures(measured: ReplayMeasured) -> tuple[Figure, ...]:
    """The figure that the rounds give."""
    events = measured.sizes.events
    return (
        Figure(
            key="replayed_events_per_second",
            title="Events replayed, with nothing to do",
            unit="events/s",
            value=Samples(rounds=tuple(events / each.seconds for each in measured.replayed)),
            against="the same client reads them and parses their JSON",
            against_value=Samples(rounds=tuple(events / seconds for seconds in measured.raw_seconds)),
            bar=0.2,
        ),
    )


def replay_measures(measured: ReplayMeasured) -> tuple[Measure, ...]:
    """What stands by itself."""
    events = measured.sizes.events
    return (
        Measure(
            key="replayed_in_process_us",
            title="A replayed event with nothing to do, without Kafka: decoded, looked up, superseded",
            unit="µs",
            value=Samples(rounds=tuple(1e6 * seconds / events for seconds in measured.in_process_seconds)),
            at_most=100,
        ),
    )


def replay_beside(measured: ReplayMeasured) -> dict[str, Samples]:
    """What helps to understand the figure, by name."""
    events = measured.sizes.events
    taken = measured.replayed
    return {
        "replay_core_us_per_event": Samples(rounds=tuple(1e6 * each.core_seconds / events for each in taken)),
        "other_work_cores_replay": Samples(rounds=tuple(each.other_work_cores for each in taken)),
    }


def _replay(measured: ReplayMeasured, around: Surroundings, folder: Path, topic: str, letters: str) -> None:
    """From the moment when a new group has its partition until it has committed the last event."""
    prefix = f"bench-{around.run_id}-replay-{len(measured.replayed)}"
    with ChildProcess(
        ["consumer", "run"],
        environment={
            **consumer_environment(around, topic=topic, index=folder),
            "KAFKA_DEAD_LETTER_TOPIC": letters,
            "KAFKA_GROUP_PREFIX": prefix,
            "CONSUMER_STATUS_PORT": "0",
        },
        log=around.folder / "replay.log",
    ) as process:
        group = group_of_index(folder, prefix) or ""
        with closing(CommitWatch(around.kafka.config, topic=topic, group=group)) as watch:
            watch.wait_for(0, deadline_seconds=_DEADLINE_SECONDS, check=process.check)
            began = Clocks.of(process.pid)
            watch.wait_for(measured.sizes.events, deadline_seconds=_DEADLINE_SECONDS, check=process.check)
            measured.replayed.append(Effort.between(began, Clocks.of(process.pid)))
        if status := process.end():
            raise process.failed(f"ended with exit status {status}")


def _read(measured: ReplayMeasured, raw: AskedProcess) -> None:
    measured.raw_seconds.append(raw.ask(events=measured.sizes.events)["seconds"])


def _replay_in_process(measured: ReplayMeasured, consumer_code: AskedProcess, time_ms: int) -> None:
    sizes = measured.sizes
    answer = consumer_code.ask(products=sizes.products, events=sizes.events, images=_IMAGES, time_ms=time_ms)
    measured.in_process_seconds.append(answer["seconds"])


def _check(folder: Path, sizes: ReplaySizes, stamp: Stamp) -> None:
    """See that nothing was done. Raises WrongOutcome."""
    store = EdgeStore(folder)
    try:
        index = ProductIndex(store.open(store.promoted() or ""))
        records = index.records([product_data(0, 1)["id"]]).values()
        found = index.count_live(), index.count_images(), {record.stamp for record in records}
    finally:
        store.close()
    if found != (sizes.products, _IMAGES * sizes.products, {stamp}):
        raise WrongOutcome(f"replaying changed the index: {found}")


def _line(measured: ReplayMeasured, number: int) -> str:
    events = measured.sizes.events
    return (
        f"round {number} of {measured.sizes.rounds}: {events / measured.replayed[-1].seconds:.0f} events/s "
        f"replayed, {events / measured.raw_seconds[-1]:.0f} read alone, "
        f"{events / measured.in_process_seconds[-1]:.0f} in the process"
    )

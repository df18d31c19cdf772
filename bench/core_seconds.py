"""How long cores have worked, and for whom."""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self

import psutil

KAFKA_THREADS = "rdk:"


def core_seconds_of_threads(pid: int, prefix: str) -> float:
    """Of its running threads whose name begins so; 0 where the system knows no names.

    librdkafka names its threads (`rdk:`); Linux tells.
    """
    total = 0.0
    for thread in psutil.Process(pid).threads():
        try:
            name = Path(f"/proc/{pid}/task/{thread.id}/comm").read_text("utf-8")
        except OSError:
            continue
        if name.startswith(prefix):
            total += float(thread.user_time + thread.system_time)
    return total


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(psutil.Process().cpu_affinity() or []) if psutil.LINUX else psutil.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Clocks:
    """A moment: seconds of the clock, and core-seconds so far.

    measured: of the process that is measured; kafka: of these, its Kafka client's.
    family: of the bench and all its children, the measured one included. machine: of everything.
    """

    seconds: float
    measured: float
    kafka: float
    family: float
    machine: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """Now, with this process as the measured one."""
        me = psutil.Process()
        family = sum(_core_seconds(each) for each in (me, *me.children(recursive=True)))
        return cls(
            monotonic(),
            _core_seconds(psutil.Process(pid)),
            core_seconds_of_threads(pid, KAFKA_THREADS),
            family,
            _busy_core_seconds(),
        )


@dataclass(frozen=True, slots=True)
class Effort:
    """What a piece of work took.

    seconds: by the clock. core_seconds: of the process that did it; kafka_core_seconds: of these, its Kafka
        client's.
    around_core_seconds: of the bench's other processes: broker, image host, and the bench itself.
    other_work_cores: how many of the machine's cores were busy meanwhile with what is none of the bench's.
    """

    seconds: float
    core_seconds: float
    kafka_core_seconds: float
    around_core_seconds: float
    other_work_cores: float

    @classmethod
    def between(cls, start: Clocks, end: Clocks) -> Self:
        """From one moment to another. In between, no process of the bench may have started or ended."""
        seconds = end.seconds - start.seconds
        measured = end.measured - start.measured
        family = end.family - start.family
        others = max(0.0, end.machine - start.machine - family)
        return cls(
            seconds,
            measured,
            end.kafka - start.kafka,
            family - measured,
            others / seconds if seconds else 0.0,
        )


def _core_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _busy_core_seconds() -> float:
    times = psutil.cpu_times()
    # Linux counts the time of guests as user time too.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return float(sum(getattr(times, name) for name in times._fields if name not in idle))

"""Whether the machine was left to the bench; if not, what the clock says is of no use.

Core-seconds change little when others work too. Seconds do, and not for all alike: torch's threads wait for
each other by spinning, so on a busy machine a plain service is slowed down several times over, and whatever
stands beside it looks splendid.
"""

from bench.results import BenchResult, Samples

QUIET_CORES = 0.2


def other_work(result: BenchResult) -> Samples:
    """Cores busy with what is none of the bench's: beside whichever part of the run had the most of them."""
    told = (samples for name, samples in result.beside.items() if name.startswith("other_work_cores"))
    return max(told, key=lambda samples: samples.median)


def is_quiet(result: BenchResult) -> bool:
    """Whether seconds by the clock can be believed."""
    return other_work(result).median <= QUIET_CORES

"""One run of a case, as the table at the end of the run shows it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic

from tests.chaos.accounting import Account

_HEADINGS = ("case", "seed", "faults injected", "events", "dead letters", "verdict", "s")


@dataclass(slots=True)
class Trial:
    """What a case draws from, and what it leaves to tell.

    faults: what was done to the system, by name. notes: figures that no assertion rests on.
    """

    case: str
    seed: int
    rng: Random = field(init=False)
    faults: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    events: str = ""
    dead_letters: str = ""
    verdict: str = "FAILED"
    started: float = field(default_factory=monotonic)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)

    def passed(self, account: Account | None = None, verdict: str = "equals F") -> None:
        """It ended as it must."""
        self.verdict = verdict
        if account is not None:
            self.events = str(account)
            self.dead_letters = str(account.letters) + (f" (+{account.repeated})" if account.repeated else "")

    def row(self) -> tuple[str, ...]:
        """Its line of the table."""
        faults = ", ".join(f"{count} × {name}" for name, count in self.faults.items())
        verdict = "; ".join((self.verdict, *self.notes))
        seconds = f"{self.seconds:.0f}"
        return self.case, str(self.seed), faults, self.events, self.dead_letters, verdict, seconds


def table(trials: Sequence[Trial]) -> str:
    """All trials as Markdown."""
    return HEAD + "".join(line(each.row()) for each in trials)


def line(cells: Sequence[str]) -> str:
    """One line of a table in Markdown."""
    return f"| {' | '.join(cells)} |\n"


HEAD = line(_HEADINGS) + line(["---"] * len(_HEADINGS))

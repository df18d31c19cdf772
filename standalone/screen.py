"""What a person sees: a few lines, bars only where somebody is watching them move."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

_LABEL_WIDTH = 10
_BAR_WIDTH = 24
_REFRESHES_PER_SECOND = 8

SetDone = Callable[[float], None]
"""Tells a bar how much is done, in all."""


class Screen:
    """Standard output for what happens, standard error for what went wrong."""

    def __init__(self, out: Console, err: Console, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._out = out
        self._err = err
        self._mark = "ok" if out.options.ascii_only else "✓"

    @classmethod
    def of_this_process(cls) -> "Screen":
        """On the process's own streams."""
        return cls(Console(highlight=False), Console(stderr=True, highlight=False))

    def title(self, text: str) -> None:
        """The first line."""
        self._out.print()
        self._print(Text(text, style="bold"))
        self._out.print()

    @contextmanager
    def step(self, label: str, doing: str) -> Iterator[Callable[[str], None]]:
        """A line for one step: what is done while it lasts, and what the caller says of it at the end."""
        said: list[str] = []
        started = self._clock()
        status = self._out.status(f"  {label.ljust(_LABEL_WIDTH)} {doing}", spinner="line")
        if self._out.is_terminal:
            status.start()
        try:
            yield said.append
        finally:
            status.stop()
        # Not where it has failed: the error says so.
        self.done(label, said[0] if said else doing, seconds=self._clock() - started)

    def done(self, label: str, detail: str, *, seconds: float | None = None) -> None:
        """A line for what is done."""
        line = Text.assemble(
            "  ", (self._mark, "green"), " ", (label.ljust(_LABEL_WIDTH), "bold"), " ", detail
        )
        if seconds is not None and seconds >= 0.1:
            line.append(f"  {seconds:.1f} s", "dim")
        self._print(line)

    @contextmanager
    def bar(self, label: str, *, total: int, unit: str, rate_from: int | None = None) -> Iterator[SetDone]:
        """A bar of so many units; gone at the end, so follow it with a line. Nothing where nobody watches.

        rate_from: units a second are shown, of those beyond this many.
        """
        columns: list[ProgressColumn] = [
            TextColumn(f"    {label.ljust(_LABEL_WIDTH)}", style="bold"),
            BarColumn(_BAR_WIDTH),
            TextColumn(f"{{task.completed:.0f}} of {{task.total:.0f}} {unit}"),
        ]
        if rate_from is not None:
            columns.append(_Rate(unit, rate_from))
        columns.append(TimeElapsedColumn())
        with Progress(
            *columns,
            console=self._out,
            disable=not self._out.is_terminal,
            refresh_per_second=_REFRESHES_PER_SECOND,
            transient=True,
        ) as progress:
            task = progress.add_task(label, total=total)
            yield lambda done: progress.update(task, completed=done)

    def paragraph(self, text: str, *, style: str = "") -> None:
        """Text after an empty line."""
        self._out.print()
        self._print(Text(text, style=style))

    def command(self, text: str) -> None:
        """A command to paste: on one line of its own, whatever the width."""
        self._print(Text(text, style="cyan"))

    def line(self, text: str) -> None:
        """A plain line."""
        self._print(Text(text))

    def warning(self, text: str) -> None:
        """Something a person should know; the demo goes on."""
        self._err.print(Text.assemble(("warning: ", "bold yellow"), text), soft_wrap=True)

    def error(self, text: str) -> None:
        """What ended the demo, in one line."""
        self._err.print(Text.assemble(("error: ", "bold red"), text), soft_wrap=True)

    def _print(self, text: Text) -> None:
        # The terminal wraps; a newline of ours would break what is copied.
        self._out.print(text, soft_wrap=True)


class _Rate(ProgressColumn):
    """Units a second since the bar began."""

    def __init__(self, unit: str, start: int) -> None:
        self._unit = unit
        self._start = start
        super().__init__()

    def render(self, task: Task) -> Text:
        """As `71 images/s`."""
        if not task.elapsed or task.completed <= self._start:
            return Text("")
        return Text(f"{(task.completed - self._start) / task.elapsed:.0f} {self._unit}/s", "cyan")

"""`consumer audit`: does the index hold exactly what its records say?"""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event
from time import monotonic, time_ns

import click
from rich.console import Console
from rich.progress import Progress

from consumer.audit.findings import Finding, Remedy
from consumer.audit.generation_audit import Audit, AuditReport
from consumer.commands.named_generation import open_named
from consumer.settings import ConsumerSettings
from vector_store import open_store
from vector_store.inspection import Inspection

EXIT_FINDINGS = 3

_DONE = {
    Remedy.REMOVE: "removed",
    Remedy.EMBED_AGAIN: "will be embedded again",
    Remedy.NONE: "left as it is",
}
_WOULD_BE_DONE = {
    Remedy.REMOVE: "--repair removes it",
    Remedy.EMBED_AGAIN: "--repair has it embedded again",
    Remedy.NONE: "--repair leaves it as it is",
}


@click.command()
@click.option("--generation", metavar="NAME", help="A generation that is not promoted.")
@click.option("--repair", is_flag=True, help="Remove leftovers, and have missing images embedded again.")
@click.option(
    "--settle-seconds",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    help="How long what looks wrong is left alone before a second look: writes under way end meanwhile.",
)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line: findings, then a summary.")
def audit(*, generation: str | None, repair: bool, as_json: bool, settle_seconds: float) -> None:
    """Compare every image point of a generation with its product's record.

    Reports orphans (points that no record lists), missing points, and points of another state than their
    record. Consumers may go on writing, with --repair too: it removes only points of earlier states than
    their product's record, and makes images without a point pending, which a running consumer embeds again.
    Anything else is only reported. Needs the index, neither Kafka nor the model; the embedded engine's
    folder (QDRANT_PATH) opens only while no other process has it.

    Exit status: 0 nothing was found, 3 something was, repaired or not; 1 and 2 are errors.

    \b
    Examples:
      python -m consumer audit
      python -m consumer audit --repair
      python -m consumer audit --generation products-1a2b3c4d --json | jq 'select(.finding == "missing")'
    """
    with closing(open_store(ConsumerSettings())) as store:
        inspection = Inspection(open_named(store, generation))
        words = _DONE if repair else _WOULD_BE_DONE

        def tell(finding: Finding) -> None:
            click.echo(json.dumps(finding.to_json()) if as_json else _line(finding, words[finding.remedy]))

        work = Audit(
            inspection,
            repairs=repair,
            tell=tell,
            clock=monotonic,
            now_ms=lambda: time_ns() // 1_000_000,
            settle_seconds=settle_seconds,
        )
        with _progress(inspection) as progress:
            _carry_out(work, progress)
    name = inspection.generation.name
    click.echo(_summary_json(name, work.report, repair) if as_json else _summary(name, work.report))
    if not work.report.clean:
        sys.exit(EXIT_FINDINGS)


def _carry_out(work: Audit, progress: Progress) -> None:
    pause = Event()
    for wait_seconds in work.steps():
        [task] = progress.task_ids
        progress.update(task, completed=work.report.records + work.report.image_points)
        if wait_seconds > 0:
            progress.update(task, description="waiting for a second look")
            pause.wait(wait_seconds)


@contextmanager
def _progress(inspection: Inspection) -> Iterator[Progress]:
    """A bar on the terminal, if there is one; it never mixes with what is written to a pipe."""
    console = Console(stderr=True)
    with Progress(
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        progress.add_task("comparing", total=inspection.count_records() + inspection.count_images())
        yield progress


def _line(finding: Finding, done: str) -> str:
    product = finding.product_id or finding.product_uuid or "?"
    image = finding.image_key or finding.point_id
    return f"{finding.kind.value:<10} {product}  {image}: {finding.why}; {done}"


def _summary(generation: str, report: AuditReport) -> str:
    numbers = ", ".join(f"{number:,} {kind.value}" for kind, number in report.findings.items() if number)
    covered = f"{generation}: {report.records:,} records, {report.image_points:,} image points"
    unsettled = f"; {report.unsettled:,} products were written too often to be judged" * bool(
        report.unsettled
    )
    return f"{covered}: {numbers or 'nothing found'}{unsettled}"


def _summary_json(generation: str, report: AuditReport, repair: bool) -> str:  # noqa: FBT001 - as it was asked
    return json.dumps(
        {
            "generation": generation,
            "clean": report.clean,
            "repair": repair,
            "records": report.records,
            "image_points": report.image_points,
            "findings": {kind.value: number for kind, number in report.findings.items()},
            "remedies": {remedy.value: number for remedy, number in report.remedies.items()},
            "unsettled": report.unsettled,
        }
    )

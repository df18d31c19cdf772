"""`--verify` and `--repair`: what differs between a shop and its index, and what puts it right."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

import click

from producer_examples.python.importing.comparison import Difference
from producer_examples.python.importing.import_run import ImportRun, Outcome, Send
from producer_examples.python.importing.in_words import failures, what_was_not_read, what_was_sent
from producer_examples.python.importing.index_listing import list_index
from producer_examples.python.importing.product_event import EventOptions
from producer_examples.python.importing.reading_pass import Account, ReadingPass
from producer_examples.python.importing.repair import Repair
from producer_examples.python.importing.sent_state import SentState
from producer_examples.python.importing.source import Source
from producer_examples.python.importing.terminal_progress import TerminalProgress
from producer_examples.python.importing.verification import Verification
from producer_examples.python.printable import say

EXIT_DIFFERENCES: Final = 3
_INTERRUPTED: Final = 130


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a comparison needs beside its source.

    command: prints the index's products. settle: waits between both looks.
    """

    options: EventOptions
    command: Sequence[str]
    by_content: bool
    settle: Callable[[], object]
    version_path: str
    as_json: bool


def verify(
    source: Source,
    products: ReadingPass,
    account: Account,
    surroundings: Surroundings,
    repair_with: Callable[[], Send] | None,
) -> None:
    """Compare, print, and repair if that is wanted. Ends the command with its exit status.

    Raises SourceError and ListingError.
    """
    source.count()
    verification = Verification(
        source,
        products,
        account,
        lambda: list_index(surroundings.command),
        kind=surroundings.options.order_kind,
        by_content=surroundings.by_content,
        settle=surroundings.settle,
    )
    differences = verification.differences()
    for difference in differences:
        say(json.dumps(difference.to_json()) if surroundings.as_json else _line(difference))
    for line in what_was_not_read(account):
        say(line, err=True)
    counts = Counter(difference.verdict.value for difference in differences)
    numbers = ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) or "nothing differs"
    click.echo(
        f"{account.read} documents, {len(verification.indexed)} records of the index: {numbers}", err=True
    )
    if differences and repair_with is not None:
        send = repair_with()
        _repair(
            source,
            products,
            account,
            surroundings,
            verification=verification,
            differences=differences,
            send=send,
        )
    elif differences:
        raise SystemExit(EXIT_DIFFERENCES)
    if account.bad_count:
        raise click.ClickException(f"{account.bad_count} documents are no product: nothing is said of them")


def _repair(
    source: Source,
    products: ReadingPass,
    account: Account,
    surroundings: Surroundings,
    *,
    verification: Verification,
    differences: Sequence[Difference],
    send: Send,
) -> None:
    with closing(SentState(None, {})) as state, TerminalProgress() as progress:
        run = ImportRun(
            source, products, surroundings.options, state, send, account=account, progress=progress
        )
        repair = Repair(
            source, verification, run, surroundings.options.order_kind, version_path=surroundings.version_path
        )
        repair.publish(differences)
    outcome = run.outcome
    for line in failures(outcome):
        say(line, err=True)
    for product_id, why in repair.left:
        say(f"product {product_id} is left as it is: {why}", err=True)
    _conclude(outcome, account, left=len(repair.left))


def _conclude(outcome: Outcome, account: Account, *, left: int) -> None:
    summary = what_was_sent(outcome, account)
    if outcome.interrupted:
        click.echo(f"Interrupted: {summary}", err=True)
        raise SystemExit(_INTERRUPTED)
    if outcome.broke_off is not None:
        raise click.ClickException(f"{outcome.broke_off}; {summary}")
    if not outcome.complete or left:
        raise click.ClickException(f"{summary}, {left} products are left as they are" if left else summary)
    click.echo(f"{summary}; --verify says whether they have taken effect", err=True)


def _line(difference: Difference) -> str:
    return f"{difference.verdict.value:<8} {difference.product_id:<26} {difference.why}"

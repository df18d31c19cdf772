"""`consumer dead-letters redrive`: send what could not be used once more."""

import click

from consumer.commands.dead_letters.filter_options import Position, filter_of, filter_options
from consumer.commands.dead_letters.surroundings import command_settings, reader_group, staged_progress
from consumer.kafka.client_config import client_config
from consumer.kafka.log_position import LogPosition
from consumer.redrive.plan import TooManyToRedrive
from consumer.redrive.run import RedriveReport, RedriveRequest, Redriving

_INTERRUPTED = 130
_UNSENT_NAMED = 10


@click.command()
@click.argument("position", type=Position(), metavar="[TOPIC:PARTITION:OFFSET]", required=False)
@filter_options
@click.option("--all", "everything", is_flag=True, help="All letters on the topic.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="Send nothing where more messages match.",
)
@click.option(
    "--max-redrives",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Leave out what was redriven so often already.",
)
@click.option("--force", is_flag=True, help="Leave out nothing that was redriven before.")
@click.pass_obj
def redrive(
    options: dict[str, bool],
    *,
    position: LogPosition | None,
    reason: str | None,
    classes: tuple[str, ...],
    product_id: str | None,
    since: int | None,
    until: int | None,
    everything: bool,
    dry_run: bool,
    limit: int,
    max_redrives: int,
    force: bool,
) -> None:
    """Send messages that could not be used to the redrive topic, which every consumer reads.

    One message (by its own position or its letter's), those that the options ask for, or all. They keep the
    place that they had: one that a newer event has overtaken changes nothing. The letter of an image has the
    images of its event that failed tried again. What was redriven and has not come back is left out, so that
    an interrupted redrive can simply be run again.

    Exits with 0 if everything that was asked for has gone, 1 if something was left out or refused.

    \b
    Examples:
      python -m consumer dead-letters redrive products:0:42
      python -m consumer dead-letters redrive --class ForbiddenHost --since 1d --dry-run
      python -m consumer dead-letters redrive --all
    """
    wanted = filter_of(reason=reason, classes=classes, product_id=product_id, since=since, until=until)
    chosen = [position is not None, not wanted.takes_everything, everything]
    if sum(chosen) != 1:
        raise click.UsageError("say which: one position, or filters, or --all")
    settings = command_settings(debug=options["debug"])
    request = RedriveRequest(
        dead_letter_topic=settings.kafka_dead_letter_topic,
        wanted=wanted,
        about=position,
        most_messages=limit,
        most_redrives=max_redrives,
        force=force,
        dry_run=dry_run,
    )
    with staged_progress() as begin:
        redriving = Redriving(client_config(settings), reader_group(settings), begin)
        interrupted = False
        try:
            redriving.run(request)
        except TooManyToRedrive as error:
            raise click.ClickException(
                f"more than {limit} messages match: ask for fewer, or raise --limit"
            ) from error
        except KeyboardInterrupt:
            interrupted = True
    report = redriving.report
    _tell(report, request)
    if interrupted:
        click.echo("interrupted: run it again for the rest", err=True)
        raise click.exceptions.Exit(_INTERRUPTED)
    if position is not None and not report.matched:
        raise click.ClickException(f"there is no dead letter about {position}")
    if report.stopped is not None:
        raise click.ClickException(f"{report.stopped}; run it again for the rest")
    if not report.complete:
        raise click.exceptions.Exit(1)


def _tell(report: RedriveReport, request: RedriveRequest) -> None:
    if request.dry_run:
        click.echo(f"{report.planned - len(report.unsent)} of {report.matched} messages would be sent")
    else:
        click.echo(f"{report.sent} of {report.matched} messages sent")
    if report.unanswered:
        click.echo(
            f"{report.unanswered} left out: redriven before, and not come back since (--force sends them)"
        )
    if report.worn_out:
        times = request.most_redrives
        click.echo(f"{report.worn_out} refused: redriven {times} × already (--force sends them)", err=True)
    for position, why in list(report.unsent.items())[:_UNSENT_NAMED]:
        click.echo(f"{position} not sent: {why}", err=True)
    if len(report.unsent) > _UNSENT_NAMED:
        click.echo(f"and {len(report.unsent) - _UNSENT_NAMED} more not sent", err=True)

"""The options that say which letters are meant, the same for each command."""

from collections.abc import Callable
from time import time_ns
from typing import Any

import click

from consumer.dead_letters.letter_filter import LetterFilter, moment_ms
from consumer.kafka.log_position import LogPosition


class Moment(click.ParamType[int]):
    """A time, or an age."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds since 1970."""
        if isinstance(value, int):
            return value
        try:
            return moment_ms(str(value), now_ms=time_ns() // 1_000_000)
        except (ValueError, OverflowError) as error:
            self.fail(str(error), param, ctx)


class Position(click.ParamType[LogPosition]):
    """Where a message stands."""

    name = "topic:partition:offset"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> LogPosition:
        """The position."""
        if isinstance(value, LogPosition):
            return value
        try:
            return LogPosition.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


_OPTIONS = (
    click.option("--reason", metavar="TEXT", help="Only where the reason contains this text, in any case."),
    click.option(
        "--class", "classes", metavar="NAME", multiple=True, help="Only of this error class; may be repeated."
    ),
    click.option("--product", "product_id", metavar="ID", help="Only of this product."),
    click.option(
        "--since",
        type=Moment(),
        help="Only put aside since then: 2026-11-25T07:00 (UTC), or 30m, 2h, 7d ago.",
    ),
    click.option("--until", type=Moment(), help="Only put aside before then."),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options; `filter_of` makes a filter of what they are given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def filter_of(
    *,
    reason: str | None,
    classes: tuple[str, ...],
    product_id: str | None,
    since: int | None,
    until: int | None,
) -> LetterFilter:
    """What the options ask for."""
    return LetterFilter(reason, frozenset(classes), product_id, since, until)

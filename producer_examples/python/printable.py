"""Texts of somebody's data, as they may be shown on a terminal."""

import click


def printable(text: str) -> str:
    """The text on one line; control characters, which could paint over what else is shown, become �."""
    return "".join(character if character.isprintable() else "�" for character in text)


def say(line: str, *, err: bool = False) -> None:
    """Print it as one line."""
    click.echo(printable(line), err=err)

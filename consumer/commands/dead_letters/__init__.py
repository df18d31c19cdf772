"""`consumer dead-letters`: look at what could not be used, and send it again."""

import click

from consumer.commands.dead_letters.list import list_letters
from consumer.commands.dead_letters.redrive import redrive
from consumer.commands.dead_letters.show import show


@click.group("dead-letters", context_settings={"help_option_names": ["-h", "--help"]})
def dead_letters() -> None:
    """Look at events and images that could not be used, and send them again.

    \b
    Examples:
      python -m consumer dead-letters list --since 1d
      python -m consumer dead-letters show products:0:42
      python -m consumer dead-letters redrive products:0:42
    """


for _command in (list_letters, show, redrive):
    dead_letters.add_command(_command)

"""`consumer generations`: which there are, which of them shoppers see, and what becomes of each."""

import click

from consumer.commands.generations.drop import drop
from consumer.commands.generations.list import list_generations
from consumer.commands.generations.promote import promote_generation
from consumer.commands.generations.rollback import rollback


@click.group("generations", context_settings={"help_option_names": ["-h", "--help"]})
def generations() -> None:
    """Look at the generations of the index, and say which of them shoppers see.

    The embedded engine's folder (QDRANT_PATH) opens only while no other process has it.

    \b
    Examples:
      python -m consumer generations list
      python -m consumer generations promote products-0a1b2c3d
      python -m consumer generations rollback
      python -m consumer generations drop products-1f2e3d4c
    """


for _command in (list_generations, promote_generation, rollback, drop):
    generations.add_command(_command)

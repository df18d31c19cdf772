"""The commands of `python -m model`, one a file, imported when it runs: most need torch, some must not."""

import importlib
import sys

import click

from model.errors import ModelError

_COMMANDS = {
    "train": "Fine-tune a TripletNet on a folder of photos, measure it and export it.",
    "train-head": "Train only a head, in minutes, on a backbone that stays as it is.",
    "evaluate": "Measure an exported model on a folder of photos.",
    "export": "Turn a trained checkpoint into a model file that the services can load.",
    "quantise": "Write an int8 variant of an exported model.",
    "embed": "Print the vectors of picture files.",
    "info": "Say what a model file is.",
}


class _OnDemand(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"model.commands.{cmd_name.replace('-', '_')}"
        ).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(*, debug: bool) -> None:
    """Pictures become 128 numbers: train, measure, export and use TripletNet.

    \b
    Examples:
      python -m model info
      python -m model embed photo.jpg
      python -m model train --data photos/ --output my-model.onnx
      python -m model evaluate --model my-model.onnx --data photos/
      python -m model export --checkpoint ours.pth --backbone resnet50 --output ours.onnx
    """


def main() -> None:
    """Run a command; an error of this package is one line on stderr and exit status 1."""
    try:
        cli(prog_name="python -m model")
    except (ModelError, ModuleNotFoundError) as error:
        if "--debug" in sys.argv[1:2]:
            raise
        if isinstance(error, ModuleNotFoundError):
            error = ModelError(f"this command needs {error.name}: pip install -r requirements.txt")
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)

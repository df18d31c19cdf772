"""What README and docs tell a person to type is there: commands, options, files, make targets, variables."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from consumer.settings import ConsumerSettings
from search_api.settings import SearchApiSettings
from tests.services.compose_file import compose_file, compose_variables

_ROOT = Path(__file__).parents[3]
_NODE_SETTINGS = _ROOT / "producer_examples" / "node" / "settings.js"
PAGES = [
    "README.md",
    "producer_examples/node/README.md",
    "docs/explanation/scaling.md",
    *(str(path.relative_to(_ROOT)) for path in sorted(_ROOT.glob("docs/how-to/*.md"))),
    *(str(path.relative_to(_ROOT)) for path in sorted(_ROOT.glob("docs/tutorials/*.md"))),
]
# Where a program's options are: the click command behind `python -m`.
_PROGRAMS = {
    "consumer": "consumer.commands.main:cli",
    "model": "model.commands:cli",
}
# A variable of Node's own, and a file.
_OTHER_NAMES = {"NODE_EXTRA_CA_CERTS", "MODEL_CARD"}
_PREFIXES = (
    "KAFKA|QDRANT|IMAGE|SEARCH_API|CONSUMER|MODEL|EMBED|EVENT|RELAY|MONGODB|CLOUDINARY|FILTERABLE|NODE"
)


def text_of(page: str) -> str:
    return (_ROOT / page).read_text("utf-8").replace("\\\n", " ")


def click_command(program: str) -> click.Command:
    module, _, name = _PROGRAMS[program].partition(":")
    found: click.Command = getattr(importlib.import_module(module), name)
    return found


def faults_of(program: str, words: list[str]) -> Iterator[str]:
    """What of a command line does not exist: subcommands first, then options."""
    command, path = click_command(program), f"python -m {program}"
    options = {"--help", "-h"}
    while isinstance(command, click.Group):
        options |= {option for each in command.params for option in each.opts}
        word = next((word for word in words if not word.startswith("-")), None)
        if word is None:
            break
        found = command.get_command(click.Context(command), word)
        if found is None:
            yield f"{path}: no command {word}"
            return
        words = words[words.index(word) + 1 :]
        command, path = found, f"{path} {word}"
    options |= {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    for word in words:
        name = word.split("=")[0]
        if re.fullmatch(r"--[a-z][a-z-]*", name) and name not in options:
            yield f"{path}: no option {name}"


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_exist(page: str) -> None:
    """Every `python -m consumer …` or `model …` names commands and options that there are."""
    told = re.findall(rf"python -m ({'|'.join(_PROGRAMS)})((?:[ \t]+[^\s`|;,)#]+)*)", text_of(page))
    faults = [fault for program, words in told for fault in faults_of(program, words.split())]
    assert faults == []


def test_a_wrong_command_would_be_noticed() -> None:
    """A command or option that is not there is a fault."""
    assert list(faults_of("consumer", ["fly"])) == ["python -m consumer: no command fly"]
    assert list(faults_of("consumer", ["generations", "promote", "x", "--now"])) == [
        "python -m consumer generations promote: no option --now"
    ]


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    """Every `make …` is a target."""
    targets = set(re.findall(r"^([a-z-]+):", (_ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text_of(page), re.MULTILINE))
    assert told - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_variables_exist(page: str) -> None:
    """Every variable with one of our prefixes is read by a service, the backend or docker-compose.yml."""
    services = {name.upper() for each in (ConsumerSettings, SearchApiSettings) for name in each.model_fields}
    backend = set(re.findall(r"'([A-Z_]+)'", _NODE_SETTINGS.read_text("utf-8")))
    told = set(re.findall(rf"\b(?:{_PREFIXES})_[A-Z_]*[A-Z]\b", text_of(page)))
    assert told - services - backend - compose_variables().keys() - _OTHER_NAMES == set()


@pytest.mark.parametrize("page", PAGES)
def test_files_of_the_repository_exist(page: str) -> None:
    """A path below one of our folders, wherever it is told, leads to a file or folder."""
    told = re.findall(
        r"(?<!exec )(?<![\w/.:-])((?:deploy|producer_examples|tests|docs|bench)/[\w./-]*\w)", text_of(page)
    )
    assert [path for path in told if not (_ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_services_of_compose_exist(page: str) -> None:
    """`docker compose exec X` and `--scale X=n` name services of docker-compose.yml."""
    told = set(re.findall(r"docker compose exec (?:-\w+ )*([\w-]+)|--scale ([\w-]+)=", text_of(page)))
    assert {name for pair in told for name in pair if name} <= compose_file()["services"].keys()

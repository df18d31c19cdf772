"""A Dockerfile as a list of stages: as much of the language as ours use, and an error for the rest."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

_KNOWN = {"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "RUN", "USER", "WORKDIR"}


@dataclass(frozen=True, slots=True)
class Instruction:
    """A line of it: `COPY a b` is the word COPY with the rest `a b`."""

    word: str
    rest: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.rest)


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands between a FROM and the next. base: an image's name, or an earlier stage's."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What an image says to the engine that runs it."""

    environment: Mapping[str, str] = field(default_factory=dict)
    working_folder: str = "/"
    user: str = "0"
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    health_check: Sequence[str] = ()


class Dockerfile:
    """The stages of a file."""

    def __init__(self, path: Path) -> None:
        self.stages: dict[str, Stage] = {}
        for line in _lines(path.read_text("utf-8")):
            word, _, rest = line.partition(" ")
            if word == "FROM":
                base, *named = rest.split()
                name = named[1] if named else str(len(self.stages))
                self.stages[name] = Stage(name, base, ())
            elif word in _KNOWN:
                last = next(reversed(self.stages.values()))
                added = (*last.instructions, Instruction(word, rest.strip()))
                self.stages[last.name] = replace(last, instructions=added)
            else:
                raise ValueError(f"{path.name}: {word} is nothing that these tests can carry out")

    def line_of(self, target: str) -> list[Stage]:
        """The stage with those that it is built upon, the first one first."""
        stage = self.stages[target]
        return [*(self.line_of(stage.base) if stage.base in self.stages else []), stage]

    def instructions(self, target: str) -> Iterator[Instruction]:
        """All that makes an image, in order."""
        for stage in self.line_of(target):
            yield from stage.instructions

    def config(self, target: str) -> ImageConfig:
        """What the image of that stage says."""
        found = ImageConfig()
        for each in self.instructions(target):
            match each.word:
                case "ENV":
                    pairs = dict(word.split("=", 1) for word in each.words)
                    found = replace(found, environment={**found.environment, **pairs})
                case "WORKDIR":
                    found = replace(found, working_folder=each.rest)
                case "USER":
                    found = replace(found, user=each.rest)
                case "ENTRYPOINT":
                    found = replace(found, entrypoint=json.loads(each.rest), command=())
                case "CMD":
                    found = replace(found, command=json.loads(each.rest))
                case "HEALTHCHECK":
                    found = replace(found, health_check=json.loads(each.rest.partition("CMD ")[2]))
        return found


def sent_to_builder(context: Path) -> list[PurePosixPath]:
    """The files that .dockerignore lets through, relative to the context."""
    patterns = (context / ".dockerignore").read_text("utf-8").split()
    return [
        path
        for path in _files_below(context, PurePosixPath(), patterns)
        if not _is_ignored(path, patterns) and (context / path).is_file()
    ]


def _files_below(context: Path, folder: PurePosixPath, patterns: Sequence[str]) -> Iterator[PurePosixPath]:
    for entry in sorted((context / folder).iterdir()):
        path = folder / entry.name
        if entry.is_dir():
            if not _is_ignored(path, patterns):
                yield from _files_below(context, path, patterns)
        else:
            yield path


def _is_ignored(path: PurePosixPath, patterns: Sequence[str]) -> bool:
    ignored = False
    for pattern in patterns:
        if _matches(path, pattern.removeprefix("!")):
            ignored = not pattern.startswith("!")
    return ignored


def _matches(path: PurePosixPath, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return any(fnmatch(part, pattern[3:]) for part in path.parts)
    # No pattern of ours names a path deeper than the context itself.
    return fnmatch(path.parts[0], pattern)


def _lines(text: str) -> Iterator[str]:
    carried = ""
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        carried += " " + stripped.removesuffix("\\").strip()
        if not stripped.endswith("\\"):
            yield carried.strip()
            carried = ""

"""An image without an engine: its Dockerfile's steps carried out in a folder, its entry point started there.

Absolute paths of the image become paths below the folder; everything else is as the file says. What is left
out: the base image (this machine's own interpreter stands in for it) and the users. What pip would install uv
does, many times faster: every version is pinned.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from tests.brokers.owned_process import OwnedProcess
from tests.services.dockerfile import Dockerfile, Instruction, sent_to_builder

_STEP_TIMEOUT_SECONDS = 600
_OPTION = re.compile(r"--[a-z]+=\S+\s+")
_ROOTS = re.compile(r"(?<![\w./:}])/(?=(?:app|data|tmp|venv)\b)")


class UnpackedImage:
    """The image of one stage, below `folder`."""

    def __init__(self, dockerfile: Dockerfile, target: str, context: Path, folder: Path, path: str) -> None:
        """path: where this machine has its own commands; python, pip and npm of the steps come from there."""
        self._dockerfile = dockerfile
        self._context = context
        self._folder = folder
        self._path = path
        self.root = folder / target
        self.config = dockerfile.config(target)
        self._carry_out(target, self.root)

    def content(self) -> dict[str, tuple[int, int]]:
        """Size and time of each of its files, by path; without what it may write, /data and /tmp."""
        return {
            str(path.relative_to(self.root)): (path.lstat().st_size, path.lstat().st_mtime_ns)
            for path in self.root.rglob("*")
            if path.relative_to(self.root).parts[0] not in {"data", "tmp"} and not path.is_dir()
        }

    def size_bytes(self) -> int:
        """Of all its files: what its layers add to the base image."""
        return sum(size for size, _ in self.content().values())

    def process(self, environment: Mapping[str, str], replaced: Mapping[str, str], log: Path) -> OwnedProcess:
        """Its entry point, told these variables and no others of ours.

        replaced: what stands for names and ports that only containers have, in every value.
        """
        words = [*self.config.entrypoint, *self.config.command]
        return OwnedProcess(self._command(words, environment, replaced), log)

    def is_healthy(self, replaced: Mapping[str, str]) -> bool:
        """Whether its health check succeeds."""
        command = self._command(self.config.health_check, {}, replaced)
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0

    def _command(
        self, words: Sequence[str], environment: Mapping[str, str], replaced: Mapping[str, str]
    ) -> list[str]:
        variables = {**self.config.environment, "HOME": self.config.working_folder, **environment}
        here = {name: self._here(_with(value, replaced), self.root) for name, value in variables.items()}
        here["PATH"] = here.get("PATH", "$PATH").replace("$PATH", self._path)
        in_folder = ["sh", "-c", 'cd "$0" && exec "$@"', self._here(self.config.working_folder, self.root)]
        return [
            "env",
            "-i",
            *(f"{name}={value}" for name, value in here.items()),
            *in_folder,
            *(_with(word, replaced) for word in words),
        ]

    def _carry_out(self, target: str, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        working_folder = root
        for each in self._dockerfile.instructions(target):
            match each.word:
                case "WORKDIR":
                    working_folder = Path(self._here(each.rest, root))
                    working_folder.mkdir(parents=True, exist_ok=True)
                case "COPY":
                    self._copy(each, root, working_folder)
                case "RUN":
                    for step in _OPTION.sub("", each.rest).split("&&"):
                        self._run(step.split(), root, working_folder)

    def _run(self, words: list[str], root: Path, working_folder: Path) -> None:
        if words[0] == "useradd":
            return
        if words[:2] == ["install", "-d"]:
            Path(self._here(words[-1], root)).mkdir(parents=True, exist_ok=True)
            return
        command = [self._here(word, root) for word in words if not word.startswith("--cache")]
        if words[0].endswith("/pip"):
            venv = str(Path(command[0]).parents[1])
            command = [sys.executable, "-m", "uv", "pip", "install", "--python", venv, *command[2:]]
            command.remove("--disable-pip-version-check")
        done = subprocess.run(
            ["env", f"PATH={self._path}", *command],
            cwd=working_folder,
            capture_output=True,
            text=True,
            timeout=_STEP_TIMEOUT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"

    def _copy(self, copy: Instruction, root: Path, working_folder: Path) -> None:
        *options, last = copy.words
        sources = [word for word in options if not word.startswith("--")]
        to = Path(self._here(last, root)) if last.startswith("/") else working_folder / last
        stages = [word.removeprefix("--from=") for word in options if word.startswith("--from=")]
        if stages:
            other = self._folder / stages[0]
            if not other.exists():
                self._carry_out(stages[0], other)
            # Links, since it is only read: the stage that it comes from may serve another image.
            shutil.copytree(
                Path(self._here(sources[0], other)),
                to,
                symlinks=True,
                copy_function=_link,
                dirs_exist_ok=True,
            )
            return
        for source in sources:
            found = list(self._files(source))
            assert found, f"COPY {source}: not there, or .dockerignore keeps it away"
            for path, name in found:
                target = to / name if last.endswith("/") else to
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self._context / path, target)

    def _files(self, source: str) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
        """Those of the context that a COPY names, with their names where they come to be."""
        wanted = PurePosixPath(source)
        for path in sent_to_builder(self._context):
            if wanted in path.parents:
                yield path, path.relative_to(wanted)
            elif len(path.parts) == len(wanted.parts) and path.match(source):
                yield path, PurePosixPath(path.name)

    def _here(self, text: str, root: Path) -> str:
        """Absolute paths of the image, as paths below a folder."""
        return _ROOTS.sub(f"{root}/", text)


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def _with(text: str, replaced: Mapping[str, str]) -> str:
    for name, value in replaced.items():
        text = text.replace(name, value)
    return text

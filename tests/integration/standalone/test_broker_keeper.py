import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from standalone import broker_keeper

_SLEEPER = "import time; print('up', flush=True); time.sleep(100)"
_DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {_SLEEPER}"
_PARENT = """
import subprocess, sys, time
keeper = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
print(keeper.pid, flush=True)
time.sleep(100)
"""


def keeper_command(*program: str) -> list[str]:
    return [sys.executable, "-I", broker_keeper.__file__, *program]


@pytest.fixture
def processes() -> Iterator[list[psutil.Process]]:
    """Those that the test started, to be ended if it fails."""
    started: list[psutil.Process] = []
    yield started
    for process in started:
        if process.is_running():
            process.kill()


def started(command: list[str], processes: list[psutil.Process]) -> "subprocess.Popen[bytes]":
    """The keeper, its program up and known to the test."""
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == b"up\n"
    processes += [psutil.Process(keeper.pid), *psutil.Process(keeper.pid).children()]
    return keeper


@pytest.mark.parametrize("program", [_SLEEPER, _DEAF])
def test_the_program_ends_with_the_pipe(program: str, processes: list[psutil.Process]) -> None:
    """No more standard input: the program is ended, by force where it does not listen."""
    with started(keeper_command(sys.executable, "-c", program), processes) as keeper:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(10)
    assert not any(process.is_running() for process in processes)


def test_the_program_ends_with_the_keeper(processes: list[psutil.Process]) -> None:
    """SIGTERM to the keeper is passed on, and Ctrl-C is left to the parent."""
    with started(keeper_command(sys.executable, "-c", _SLEEPER), processes) as keeper:
        keeper.send_signal(signal.SIGINT)
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(10) == 128 + signal.SIGTERM
    assert not any(process.is_running() for process in processes)


def test_the_program_ends_when_the_parent_is_killed(tmp_path: Path, processes: list[psutil.Process]) -> None:
    """kill -9 of the parent, which can do nothing about it, leaves nobody behind."""
    keeper = keeper_command(sys.executable, "-c", _SLEEPER)
    with subprocess.Popen([sys.executable, "-c", _PARENT, *keeper], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        family = [psutil.Process(int(parent.stdout.readline()))]
        processes += family
        assert parent.stdout.readline() == b"up\n"
        family += family[0].children()
        assert len(family) == 2
        parent.kill()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []


def test_a_program_that_ends_by_itself_ends_the_keeper() -> None:
    """The exit status is handed on; of a killed one, as a shell gives it."""
    for program, status in (("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137)):
        command = keeper_command(sys.executable, "-c", program)
        with subprocess.Popen(command, stdin=subprocess.PIPE) as keeper:
            assert keeper.wait(10) == status

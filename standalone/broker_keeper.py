"""Runs a program and ends it when whoever started the keeper is gone, however that one ended.

A program of its own, with nothing but the standard library: `python -I broker_keeper.py PROGRAM WORDS...`.
Standard input is a pipe that nobody writes to. Its end means that the parent has ended or wants the program
to end; the system closes it even when the parent is killed, on every platform. The keeper ends with the
program's exit status, as a shell gives it.
"""

import os
import signal
import subprocess
import sys
from threading import Thread

_STOP_SECONDS = 3.0


def keep(command: list[str]) -> int:
    """Run the command until it ends or standard input does. Blocks."""
    # Ctrl-C in the terminal is for the parent, which decides when the program is to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        Thread(target=_end_with_parent, args=(process,), daemon=True).start()
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status
        finally:
            _end(process)


def _end_with_parent(process: "subprocess.Popen[bytes]") -> None:
    # Not sys.stdin: a thread that waits in its buffer would abort the interpreter's own end.
    while os.read(0, 1):
        pass
    _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))

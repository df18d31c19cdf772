import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path


class OwnedProcess:
    """A child process that writes to a log file and is signalled by its id.

    It has a session of its own, so that Ctrl-C reaches pytest alone and fixtures end it in their order.
    """

    def __init__(self, command: Sequence[str], log_path: Path) -> None:
        self._command = list(command)
        self._log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None
        self._suspended = False

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def suspended(self) -> bool:
        """Whether it was frozen by `suspend`."""
        return self._suspended

    @property
    def exit_status(self) -> int | None:
        """How it ended, or None while it runs."""
        return self._process.poll() if self._process is not None else None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.running else None

    def start(self) -> None:
        assert not self.running, "it is running already"
        self._suspended = False
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def terminate(self, timeout_seconds: float) -> None:
        """SIGTERM, then SIGKILL where it is still there after `timeout_seconds`."""
        if self._process is None or not self.running:
            return
        self.resume()
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def end(self, number: signal.Signals, timeout_seconds: float) -> int:
        """Send a signal and wait; returns the exit status. Raises subprocess.TimeoutExpired."""
        assert self._process is not None, "it was never started"
        self._process.send_signal(number)
        return self._process.wait(timeout_seconds)

    def kill(self) -> None:
        """SIGKILL; blocks until the system has taken it away."""
        if self._process is not None and self.running:
            self._process.kill()
            self._process.wait()

    def suspend(self) -> None:
        """SIGSTOP: it keeps its connections and answers nothing until `resume`."""
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGSTOP)
            self._suspended = True

    def resume(self) -> None:
        if self._process is not None and self._suspended and self.running:
            self._process.send_signal(signal.SIGCONT)
        self._suspended = False

    def log_tail(self, lines: int = 40) -> str:
        if not self._log_path.exists():
            return ""
        return "\n".join(self._log_path.read_text(errors="replace").splitlines()[-lines:])

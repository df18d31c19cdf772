"""Ports of this machine: free, or taken."""

import os
import socket

from standalone.errors import PortTaken

LOOPBACK = "127.0.0.1"


def check_port(port: int, *, what: str, option: str) -> None:
    """Raises PortTaken, with the option that names another port, where nobody could listen on it now."""
    if not is_free(port):
        raise PortTaken(
            f"port {port}, for {what}, is taken: stop what listens there, or choose another with {option} "
            f'(make demo ARGS="{option} {port + 10 if port < 65_000 else port - 10}")'
        )


def is_free(port: int) -> bool:
    """Whether this process could listen on the port of the loopback address."""
    with socket.socket() as probe:
        if os.name == "posix":
            # Connections of a former demo that are still winding down take nothing from the next one.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])

"""waitress around an application, to be started and stopped from any thread."""

import socket
from dataclasses import dataclass
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from waitress import create_server, wasyncore

from search_api.errors import CannotListen
from search_api.http.receiving import bounded_channel

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_BACKLOG = 1024
_WAKE_SECONDS = 1.0
_DRAIN_STEP_SECONDS = 0.05
# Above the application's limit, so that the application itself answers what is a little too large.
_BODY_SLACK_BYTES = 1_000_000
_MAX_HEADER_BYTES = 64_000
# Between two reads the loop has to get the interpreter back from the threads that work: by waitress's 8 kB, a
# large photo takes seconds to arrive on a busy machine.
_RECEIVE_BYTES = 262_144
_MAX_ANSWER_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How much a server takes on.

    max_body_bytes: of a request, as the application has it; max_bodies_bytes: of all that are being
    received or answered. receive_seconds: for a request to arrive in.
    drain_seconds: for requests under way at a stop.
    trusted_proxies: how many proxies in front may say who the client is.
    """

    threads: int = 8
    connections: int = 200
    max_body_bytes: int = 10_000_000
    max_bodies_bytes: int = 64_000_000
    receive_seconds: float = 30.0
    idle_seconds: int = 60
    drain_seconds: float = 10.0
    trusted_proxies: int = 0


class HttpServer:
    """One application on one address. It listens from the beginning, and answers once started.

    Raises CannotListen. Bodies are kept in memory: `max_bodies_bytes` of them, and 64 kB for each connection.
    """

    def __init__(self, app: "WSGIApplication", host: str, port: int, limits: ServerLimits) -> None:
        self._listener = _listen(host, port)
        self._drain_seconds = limits.drain_seconds
        self._stopping = Event()
        self._closing = Lock()
        self._closed = False
        self._look_again_at = 0.0
        self._map: dict[int, wasyncore.dispatcher] = {}
        body_bytes = limits.max_body_bytes + _BODY_SLACK_BYTES
        self._server = create_server(
            app,
            map=self._map,
            sockets=[self._listener],
            threads=limits.threads,
            connection_limit=limits.connections,
            channel_timeout=limits.idle_seconds,
            recv_bytes=_RECEIVE_BYTES,
            max_request_header_size=_MAX_HEADER_BYTES,
            max_request_body_size=body_bytes,
            # waitress writes what is beyond these to temporary files.
            inbuf_overflow=body_bytes + 1,
            outbuf_overflow=_MAX_ANSWER_BYTES,
            ident="search-api",
            log_socket_errors=False,
            asyncore_use_poll=True,
            **_proxy_arguments(limits.trusted_proxies),
        )
        self._server.channel_class = bounded_channel(
            receive_seconds=limits.receive_seconds, max_bodies_bytes=limits.max_bodies_bytes
        )
        self._thread = Thread(target=self._run, name=f"http-{self.port}", daemon=True)

    @property
    def port(self) -> int:
        """The port, also where 0 was asked for."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Answer requests, in threads of the server's own. Does not block."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, finish what is under way, and close. Blocks for `drain_seconds` at most.

        Idempotent, and fine for a server that was never started.
        """
        self._stopping.set()
        if self._thread.ident is None:
            self._close()
            return
        with self._closing:
            if not self._closed:
                self._server.pull_trigger()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=_WAKE_SECONDS, use_poll=True, map=self._map, count=1)
            self._give_up_what_is_late()
        # Closes the listening socket only: worker threads still wake this loop to have their answers sent.
        wasyncore.dispatcher.close(self._server)
        deadline = monotonic() + self._drain_seconds
        while self._busy() and monotonic() < deadline:
            wasyncore.loop(timeout=_DRAIN_STEP_SECONDS, use_poll=True, map=self._map, count=1)
        self._close()

    def _give_up_what_is_late(self) -> None:
        now = monotonic()
        if now < self._look_again_at:
            return
        self._look_again_at = now + _WAKE_SECONDS
        for channel in list(self._server.active_channels.values()):
            channel.give_up_if_late(now)

    def _busy(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(each.requests or each.request or each.total_outbufs_len for each in channels)

    def _close(self) -> None:
        with self._closing:
            if self._closed:
                return
            self._closed = True
            workers = self._server.task_dispatcher
            workers.shutdown(timeout=_WAKE_SECONDS)
            if workers.threads:
                # A worker that is stuck will still write to the trigger: its number must not be a new file's.
                self._server.trigger.del_channel()
                Thread(target=self._close_trigger_later, daemon=True).start()
            wasyncore.close_all(self._map, ignore_all=True)
            self._listener.close()

    def _close_trigger_later(self) -> None:
        workers = self._server.task_dispatcher
        with workers.lock:
            while workers.threads:
                workers.thread_exit_cv.wait(_WAKE_SECONDS)
        self._server.trigger.close()


def serve(
    app: "WSGIApplication",
    host: str,
    port: int,
    limits: ServerLimits = ServerLimits(),
) -> HttpServer:
    """A server for the application, listening and still to be started. Raises CannotListen."""
    return HttpServer(app, host, port, limits)


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # A name such as localhost has addresses of both families, and people type the one of IPv4.
        family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {host}:{port}: {error.strerror or error}; name another host or port"
        ) from error


def _proxy_arguments(trusted_proxies: int) -> dict[str, object]:
    if not trusted_proxies:
        return {}
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": trusted_proxies,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }

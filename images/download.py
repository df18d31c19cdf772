"""From a URL to the bytes behind it: checked, resolved, asked for, redirects followed by hand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse

from images.answer import check_status, finish, moved_to, read_body, validator
from images.deadline import Deadline
from images.errors import BadUrl, HostUnreachable, RejectedImage, TooManyRedirects
from images.foreign_errors import translated
from images.host_gate import HostGates
from images.resolver import Resolver
from images.transport import Transport
from images.url_policy import Target, UrlPolicy

_HEADERS = {
    # JPEG is by far the quickest to decode, so hosts that choose a format are asked for it.
    "Accept": "image/jpeg, image/png;q=0.9, image/webp;q=0.8, image/gif;q=0.7, image/avif;q=0.5, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "visual-product-search",
}


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A body, and what to ask with whether it has changed; without a body it has not changed."""

    body: bytes | None
    etag: str | None = None
    last_modified: str | None = None


class Downloader:
    """Thread-safe.

    max_bytes: of a body; max_redirects: followed for one URL.
    """

    def __init__(
        self,
        policy: UrlPolicy,
        resolver: Resolver,
        gates: HostGates,
        transport: Transport,
        *,
        max_bytes: int,
        max_redirects: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._gates = gates
        self._transport = transport
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._now = now

    def get(self, url: str, deadline: Deadline, validators: Mapping[str, str]) -> Downloaded:
        """Blocks until the deadline at most. validators: If-None-Match and the like, sent as they are.

        Raises RejectedImage, UnavailableImage, MissingImage.
        """
        target = self._policy.check(url)
        for _ in range(self._max_redirects + 1):
            answer = self._ask(target, deadline, validators)
            if isinstance(answer, Downloaded):
                return answer
            target = self._redirected(target, answer)
        raise TooManyRedirects(f"more than {self._max_redirects} redirects")

    def close(self) -> None:
        """Turn away those who wait for a slot, and close the connections that are not in use."""
        self._gates.stop()
        self._transport.close()

    def _redirected(self, target: Target, location: str) -> Target:
        try:
            return self._policy.check(urljoin(target.url, location))
        except RejectedImage as error:
            raise type(error)(f"{target.host} redirects to where we do not go: {error}") from None
        except ValueError:
            raise BadUrl(f"{target.host} redirects to no URL") from None

    def _ask(self, target: Target, deadline: Deadline, validators: Mapping[str, str]) -> Downloaded | str:
        """One request: the body, or where the host says that it is."""
        with self._gates.of(target.origin).visit(deadline):
            addresses = () if self._transport.resolves_names else self._resolver.resolve(target, deadline)
            try:
                response, address = self._transport.get(
                    target, addresses, {**_HEADERS, **validators}, deadline
                )
            except HostUnreachable:
                self._resolver.forget(target)
                raise
            if address is not None:
                self._resolver.prefer(target, address)
            try:
                with translated(target.host, deadline):
                    return self._read(response, target, conditional=bool(validators))
            finally:
                finish(response)

    def _read(self, response: BaseHTTPResponse, target: Target, *, conditional: bool) -> Downloaded | str:
        if conditional and response.status == HTTPStatus.NOT_MODIFIED:
            return Downloaded(None)
        location = moved_to(response)
        if location is not None:
            return location
        check_status(response, target.host, self._now)
        return Downloaded(
            read_body(response, self._max_bytes),
            validator(response, "ETag"),
            validator(response, "Last-Modified"),
        )

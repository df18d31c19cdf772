"""What the client raises, over gRPC, HTTP and in its local mode, as the errors of this package."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import JSONDecodeError, loads

import grpc  # type: ignore[import-untyped]  # it has no stubs
from pydantic import ValidationError
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from vector_store.errors import (
    GenerationExists,
    GenerationMissing,
    StoreError,
    StoreMisused,
    StoreRefused,
    StoreUnavailable,
)

_BY_GRPC_CODE: dict[grpc.StatusCode, type[StoreError]] = {
    grpc.StatusCode.NOT_FOUND: GenerationMissing,
    grpc.StatusCode.ALREADY_EXISTS: GenerationExists,
    grpc.StatusCode.INVALID_ARGUMENT: StoreMisused,
    grpc.StatusCode.OUT_OF_RANGE: StoreMisused,
    grpc.StatusCode.UNAUTHENTICATED: StoreRefused,
    grpc.StatusCode.PERMISSION_DENIED: StoreRefused,
    grpc.StatusCode.UNIMPLEMENTED: StoreRefused,
}
"""Every other code may pass, a time-out or an internal error included: the call may be carried out.

So may a refused key and a server that is too old: that is not the fault of what was to be written, so no
event may end as a dead letter for it.
"""

_ACCESS_REFUSED = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, 401, 403)

# In the words of OpenSSL, which both transports hand on.
_NOT_TRUSTED = "CERTIFICATE_VERIFY_FAILED"

_BY_HTTP_STATUS: dict[int, type[StoreError]] = {
    400: StoreMisused,
    401: StoreRefused,
    403: StoreRefused,
    404: GenerationMissing,
    409: GenerationExists,
    422: StoreMisused,
}

_OF_LOCAL_MODE: dict[str, type[StoreError]] = {
    "not found": GenerationMissing,
    "already exists": GenerationExists,
}

_SPEAKS_OTHERWISE = (
    "SSL_ERROR_SSL",
    "[SSL",
    "Failed parsing HTTP/2",
    "illegal request line",
    "illegal status line",
)
"""How both transports say that the other side speaks no TLS, has an unknown certificate, or is no Qdrant."""

_LONGEST_REASON = 300


@contextmanager
def translated_failures(what: str) -> Iterator[None]:
    """Around calls of the client. Raises StoreError and nothing else that the client raises.

    what: the subject of the error's sentence, such as `generation products-1a2b3c4d`.
    """
    try:
        yield
    except grpc.RpcError as error:
        code = error.code() if isinstance(error, grpc.Call) else None
        said = error.details() if isinstance(error, grpc.Call) else str(error)
        kind = _BY_GRPC_CODE.get(code, _kind_of_silence(said)) if code is not None else StoreUnavailable
        named = "" if code is None else code.name.replace("_", " ").lower()
        if code in _ACCESS_REFUSED:
            named += " (QDRANT_API_KEY)"
        elif _NOT_TRUSTED in (said or ""):
            named += " (QDRANT_CA_FILE)"
        raise kind(_sentence(what, named, said)) from error
    except UnexpectedResponse as error:
        status = error.status_code or 0
        kind = _BY_HTTP_STATUS.get(status, StoreUnavailable)
        if kind is GenerationMissing and not _is_of_qdrant(error.content):
            kind = StoreRefused
        named = f"HTTP {status} (QDRANT_API_KEY)" if status in _ACCESS_REFUSED else f"HTTP {status}"
        raise kind(_sentence(what, named, error.content.decode(errors="replace"))) from error
    except (ApiException, QdrantException, JSONDecodeError) as error:
        said = str(error)
        named = "no answer (QDRANT_CA_FILE)" if _NOT_TRUSTED in said else "no answer"
        raise _kind_of_no_answer(error)(_sentence(what, named, said)) from error
    except (ValueError, TypeError) as error:
        said = str(error)
        kind = next((kind for words, kind in _OF_LOCAL_MODE.items() if words in said), StoreMisused)
        raise kind(_sentence(what, "the client refuses", said)) from error


def is_access_refused(error: StoreError) -> bool:
    """Whether the server has refused the API key, or what it was used for."""
    cause = error.__cause__
    if isinstance(cause, UnexpectedResponse):
        return cause.status_code in _ACCESS_REFUSED
    return isinstance(cause, grpc.Call) and cause.code() in _ACCESS_REFUSED


def _kind_of_silence(said: str | None) -> type[StoreError]:
    return StoreRefused if any(words in (said or "") for words in _SPEAKS_OTHERWISE) else StoreUnavailable


def _kind_of_no_answer(error: Exception) -> type[StoreError]:
    source = error.source if isinstance(error, ResponseHandlingException) else error
    # An answer came, and it is none that a Qdrant gives.
    is_foreign = isinstance(source, ValidationError | JSONDecodeError)
    return StoreRefused if is_foreign else _kind_of_silence(str(source))


def _is_of_qdrant(body: bytes) -> bool:
    try:
        answer = loads(body)
    except ValueError:
        return False
    return isinstance(answer, dict) and "status" in answer


def _sentence(what: str, named: str, said: str | None) -> str:
    reason = " ".join((said or "").split())[:_LONGEST_REASON]
    return ": ".join(part for part in (what, named, reason) if part)

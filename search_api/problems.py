"""What each failure is to the caller: RFC 9457 problem details, from one table.

A class is looked up by itself, then by its parents. Texts of our own errors are written for callers; where an
error's text could tell of the machine (a path, an address), the table has a sentence instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.exceptions import HTTPException

from images import errors as images
from model import errors as model
from search_api import errors as own
from vector_store import errors as store


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem.

    slug: its name; `/problems/<slug>` is its `type`.
    detail: said instead of the error's own text.
    retry_after_seconds: when to ask again, where asking again makes sense.
    """

    slug: str
    status: int
    title: str
    detail: str | None = None
    retry_after_seconds: int | None = None


UNFORESEEN = ProblemType(
    "internal-error",
    500,
    "The service failed",
    "Something went wrong that nobody foresaw. It is in the service's log, under this instance.",
)
INVALID = ProblemType("invalid-request", 400, "The request is not valid")
UNSUPPORTED = ProblemType("unsupported-content-type", 415, "This content type is not read")
KEY_NEEDED = ProblemType("key-needed", 401, "A valid API key is needed")
SCOPE_MISSING = ProblemType("scope-missing", 403, "The API key does not open this")
WRITES_OFF = ProblemType("writes-off", 403, "Nothing can be written here")
UPLOADS_OFF = ProblemType("uploads-off", 422, "Photos are not kept here")
IMAGE_UNKNOWN = ProblemType("image-unknown", 404, "The product has no such image")
EVENT_TOO_BIG = ProblemType("event-too-large", 413, "The product's event would be too large")
NOT_PUBLISHED = ProblemType("not-published", 503, "Kafka does not confirm", retry_after_seconds=5)
TOO_MANY_WRITES = ProblemType("too-many-writes", 503, "Too many changes at once", retry_after_seconds=1)
INDEX_BEHIND = ProblemType("index-behind", 503, "The index is too far behind", retry_after_seconds=30)
ORDER_AHEAD = ProblemType("order-ahead", 503, "The last event is in the future", retry_after_seconds=5)
ORDER_DIFFERS = ProblemType("order-kind-differs", 503, "Events are ordered otherwise", retry_after_seconds=60)
PRODUCT_UNKNOWN = ProblemType("product-unknown", 404, "No such product")
QUERY_ID_OUTDATED = ProblemType("query-id-outdated", 410, "The query_id can no longer be searched with")
NOTHING_INDEXED = ProblemType("nothing-indexed", 409, "The product has no indexed image")
NOT_READY = ProblemType("not-ready", 503, "The service is not ready yet", retry_after_seconds=5)
NO_GENERATION = ProblemType("no-index", 503, "There is no index yet", retry_after_seconds=10)
MODEL_LOADING = ProblemType("model-loading", 503, "The model is being loaded", retry_after_seconds=1)
MODEL_MISSING = ProblemType("model-missing", 503, "The index's model is not here", retry_after_seconds=60)
TOO_BUSY = ProblemType("too-many-photos", 503, "Too many photos at once", retry_after_seconds=1)
MODEL_FAILED = ProblemType(
    "model-failed", 500, "The model failed", "The model gave no usable answer for this photo."
)
STORE_UNAVAILABLE = ProblemType(
    "index-unavailable", 503, "The index does not answer", "The index cannot be asked now.", 2
)
STORE_UNREADABLE = ProblemType(
    "index-unreadable", 503, "The index cannot be read", "The index on this machine cannot be opened.", 30
)
STORE_MISUSED = ProblemType(
    "internal-error",
    500,
    "The service failed",
    "The index refused the question; the service's log says why.",
)

URL_REFUSED = ProblemType("image-url-refused", 422, "This image URL is not fetched")
IMAGE_REFUSED = ProblemType("image-not-delivered", 422, "The image's host does not deliver it")
IMAGE_UNREADABLE = ProblemType("image-unreadable", 422, "This is no image that can be read")
IMAGE_TOO_LARGE = ProblemType("image-too-large", 422, "The image is too large")
IMAGE_HOST_FAILED = ProblemType("image-host-failed", 502, "The image's host failed")
IMAGE_HOST_SLOW = ProblemType("image-host-slow", 504, "The image's host did not answer in time")
IMAGE_HOST_BUSY = ProblemType(
    "image-host-busy", 503, "The image's host is not asked now", retry_after_seconds=30
)

PROBLEMS: Mapping[type[Exception], ProblemType] = {
    own.SearchApiError: UNFORESEEN,
    own.RequestError: INVALID,
    own.InvalidRequest: INVALID,
    own.UnsupportedBody: UNSUPPORTED,
    own.KeyNeeded: KEY_NEEDED,
    own.ScopeMissing: SCOPE_MISSING,
    own.WritesOff: WRITES_OFF,
    own.UploadsOff: UPLOADS_OFF,
    own.QueryIdOutdated: QUERY_ID_OUTDATED,
    own.ProductUnknown: PRODUCT_UNKNOWN,
    own.ImageUnknown: IMAGE_UNKNOWN,
    own.EventTooBig: EVENT_TOO_BIG,
    own.NotWritten: NOT_PUBLISHED,
    own.NotPublished: NOT_PUBLISHED,
    own.TooManyWrites: TOO_MANY_WRITES,
    own.IndexBehind: INDEX_BEHIND,
    own.OrderAhead: ORDER_AHEAD,
    own.OrderKindDiffers: ORDER_DIFFERS,
    own.NothingIndexed: NOTHING_INDEXED,
    own.NotReady: NOT_READY,
    own.NoGeneration: NO_GENERATION,
    own.ModelLoading: MODEL_LOADING,
    own.ModelMissing: MODEL_MISSING,
    own.TooBusy: TOO_BUSY,
    own.LineFull: TOO_BUSY,
    own.WaitedTooLong: TOO_BUSY,
    own.CannotListen: UNFORESEEN,
    own.Misconfigured: UNFORESEEN,
    images.ImageError: IMAGE_UNREADABLE,
    images.RejectedImage: IMAGE_UNREADABLE,
    images.BadUrl: URL_REFUSED,
    images.ForbiddenHost: URL_REFUSED,
    images.ForbiddenAddress: URL_REFUSED,
    images.TooManyRedirects: IMAGE_REFUSED,
    images.HttpRefused: IMAGE_REFUSED,
    images.EncodedBody: IMAGE_REFUSED,
    images.TooManyBytes: IMAGE_TOO_LARGE,
    images.NotAnImage: IMAGE_UNREADABLE,
    images.TruncatedImage: IMAGE_UNREADABLE,
    images.BrokenImage: IMAGE_UNREADABLE,
    images.TooManyPixels: IMAGE_TOO_LARGE,
    images.UnavailableImage: IMAGE_HOST_FAILED,
    images.FetchTimedOut: IMAGE_HOST_SLOW,
    images.HostUnreachable: IMAGE_HOST_FAILED,
    images.HttpUnavailable: IMAGE_HOST_FAILED,
    images.HostBusy: IMAGE_HOST_BUSY,
    images.MissingImage: IMAGE_REFUSED,
    images.HttpMissing: IMAGE_REFUSED,
    images.CloudinaryError: IMAGE_REFUSED,
    model.ModelError: MODEL_FAILED,
    model.ModelFileError: MODEL_FAILED,
    model.ModelFileMissing: MODEL_FAILED,
    model.ModelFileInvalid: MODEL_FAILED,
    model.ModelVersionMissing: MODEL_MISSING,
    model.BadEmbedding: MODEL_FAILED,
    model.ProviderMissing: MODEL_FAILED,
    model.TorchMissing: MODEL_FAILED,
    model.ExportRefused: MODEL_FAILED,
    model.CheckpointError: MODEL_FAILED,
    model.CheckpointUnreadable: MODEL_FAILED,
    model.CheckpointUnsafe: MODEL_FAILED,
    model.CheckpointMismatch: MODEL_FAILED,
    model.TrainingDataInvalid: MODEL_FAILED,
    model.TrainingStateInvalid: MODEL_FAILED,
    store.StoreError: STORE_UNAVAILABLE,
    store.StoreUnavailable: STORE_UNAVAILABLE,
    store.StoreRefused: STORE_UNAVAILABLE,
    store.StoreMisused: STORE_MISUSED,
    store.InvalidVector: STORE_MISUSED,
    store.InvalidPayload: STORE_MISUSED,
    store.GenerationMissing: STORE_UNAVAILABLE,
    store.GenerationExists: STORE_MISUSED,
    store.StoreLocked: STORE_UNREADABLE,
    store.StoreCorrupt: STORE_UNREADABLE,
}

# What Flask, Werkzeug and waitress refuse themselves, by status; the rest keeps its status and name.
HTTP_PROBLEMS: Mapping[int, ProblemType] = {
    problem.status: problem
    for problem in (
        ProblemType("bad-request", 400, "The request is malformed"),
        ProblemType("not-found", 404, "There is nothing here"),
        ProblemType("method-not-allowed", 405, "This method is not allowed here"),
        ProblemType("request-timeout", 408, "The request did not arrive in time"),
        ProblemType("body-too-large", 413, "The body is too large"),
        ProblemType("unsupported-content-type", 415, "This content type is not read"),
        ProblemType("too-many-requests", 429, "Too many requests"),
        ProblemType("headers-too-large", 431, "The headers are too large"),
        ProblemType("not-implemented", 501, "This is not implemented"),
        ProblemType("too-many-uploads", 503, "Too many uploads at once", retry_after_seconds=1),
    )
}


def problem_type_of(error: Exception) -> ProblemType:
    """The kind of problem that an exception is; `UNFORESEEN` where nobody said."""
    if isinstance(error, HTTPException):
        status = error.code or 500
        return HTTP_PROBLEMS.get(status) or ProblemType(f"http-{status}", status, error.name)
    return next((PROBLEMS[each] for each in type(error).__mro__ if each in PROBLEMS), UNFORESEEN)


def problem_types() -> list[ProblemType]:
    """Every kind there is, by status and name."""
    kinds = {UNFORESEEN, *PROBLEMS.values(), *HTTP_PROBLEMS.values()}
    return sorted(kinds, key=lambda kind: (kind.status, kind.slug, kind.detail or ""))

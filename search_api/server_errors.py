"""What the server refuses before the application has a request, in the application's shape."""

from uuid import uuid4

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from search_api.schemas import ProblemDetails

_TITLES = {
    400: ("bad-request", "The request is malformed"),
    413: ("body-too-large", "The body is too large"),
    431: ("headers-too-large", "The headers are too large"),
    501: ("not-implemented", "This is not implemented"),
}
_OTHER = ("internal-error", "The service failed")


class _ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    def execute(self) -> None:
        error = self.request.error
        slug, title = _TITLES.get(error.code, _OTHER)
        body = (
            ProblemDetails(
                type=f"/problems/{slug}",
                title=title,
                status=error.code,
                detail=" ".join(str(error.body).split()),
                instance=f"urn:uuid:{uuid4()}",
            )
            .model_dump_json(exclude_none=True)
            .encode()
        )
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend(
            [
                ("Content-Type", "application/problem+json"),
                ("X-Content-Type-Options", "nosniff"),
                ("Cache-Control", "no-store"),
            ]
        )
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class ProblemChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose refusals are problem details too."""

    error_task_class = _ProblemTask

"""What the server refuses before the application has a request, in the application's shape."""

from uuid import uuid4

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from search_api.problems import HTTP_PROBLEMS, UNFORESEEN
from search_api.schemas import ProblemDetails


class _ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    def execute(self) -> None:
        error = self.request.error
        kind = HTTP_PROBLEMS.get(error.code, UNFORESEEN)
        body = (
            ProblemDetails(
                type=f"/problems/{kind.slug}",
                title=kind.title,
                status=error.code,
                detail=kind.detail or " ".join(str(error.body).split()),
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
        if kind.retry_after_seconds is not None:
            self.response_headers.append(("Retry-After", str(kind.retry_after_seconds)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class ProblemChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose refusals are problem details too."""

    error_task_class = _ProblemTask

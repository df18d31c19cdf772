"""Logs: one JSON object a line, or coloured text where a person is watching."""

import logging
import sys
from typing import TextIO

import structlog

from telemetry.repeated_records import RepeatedRecords

# It tells of every attempt to reach a broker that is away: many a second.
_REPEATING = ("librdkafka",)
_TOLD_AGAIN_AFTER_SECONDS = 30.0


def configure_logging(service: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send this process's logs, the libraries' included, to a stream (default: standard error).

    A terminal gets text, anything else JSON lines. Raises ValueError for an unknown level.
    """
    output = stream or sys.stderr
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(pad_event_to=0)
        if output.isatty()
        else structlog.processors.JSONRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not output.isatty():
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # A logger that was used already follows a later call of this function too.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _add_service(service),
                renderer,
            ],
        )
    )
    handler.addFilter(RepeatedRecords(_REPEATING, interval_seconds=_TOLD_AGAIN_AFTER_SECONDS))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their INFO is one line a request.
    for chatty in ("httpx", "urllib3", "requests_hardened"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _add_service(service: str) -> structlog.typing.Processor:
    def add(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add

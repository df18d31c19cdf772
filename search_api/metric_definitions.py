"""Every metric of the search API: its name, what it counts, and by what."""

from typing import Final

from telemetry.metric_definitions import MetricDefinition, MetricKind

REQUESTS: Final = MetricDefinition(
    "search_api_requests_total",
    MetricKind.COUNTER,
    "Requests by route (the rule, not the path) and status.",
    ("route", "status"),
)
REQUEST_SECONDS: Final = MetricDefinition(
    "search_api_request_seconds",
    MetricKind.HISTOGRAM,
    "Seconds from a request being read to its answer, by route.",
    ("route",),
)
STAGE_SECONDS: Final = MetricDefinition(
    "search_api_stage_seconds",
    MetricKind.HISTOGRAM,
    "Seconds of a search by stage (fetch, wait, decode, embed, look_up, search).",
    ("stage",),
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
PROBLEMS: Final = MetricDefinition(
    "search_api_problems_total",
    MetricKind.COUNTER,
    "Answers that are problem details, by the problem's type.",
    ("problem",),
)
GENERATION: Final = MetricDefinition(
    "search_api_generation",
    MetricKind.GAUGE,
    "1 for the promoted generation, 0 for those that were it before.",
    ("generation", "model_version"),
)
INDEX_SILENT_SECONDS: Final = MetricDefinition(
    "search_api_index_silent_seconds",
    MetricKind.GAUGE,
    "Seconds since a consumer of the promoted generation last wrote its status; grows while none is at work.",
)

PHOTOS_WAITING: Final = MetricDefinition(
    "search_api_photos_waiting",
    MetricKind.GAUGE,
    "Photos that wait for their turn to be decoded and embedded.",
)
PHOTOS_REFUSED: Final = MetricDefinition(
    "search_api_photos_refused_total",
    MetricKind.COUNTER,
    "Photos refused because too many were there already, by reason (LineFull, WaitedTooLong).",
    ("reason",),
)
EVENTS_PUBLISHED: Final = MetricDefinition(
    "search_api_events_published_total",
    MetricKind.COUNTER,
    "Product events that the endpoints for writing published, by type and outcome (delivered, unknown, "
    "too_large).",
    ("type", "outcome"),
)

DEFINITIONS: Final = (
    REQUESTS,
    REQUEST_SECONDS,
    STAGE_SECONDS,
    PROBLEMS,
    GENERATION,
    INDEX_SILENT_SECONDS,
    PHOTOS_WAITING,
    PHOTOS_REFUSED,
    EVENTS_PUBLISHED,
)

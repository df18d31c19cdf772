"""Every metric of the consumer: its name, what it counts, and by what."""

from typing import Final

from telemetry.metric_definitions import MetricDefinition, MetricKind

EVENTS: Final = MetricDefinition(
    "consumer_events_total",
    MetricKind.COUNTER,
    "Events by type (change, delete, undecodable) and outcome (applied, superseded, coalesced, dead_letter).",
    ("type", "outcome"),
)
IMAGES: Final = MetricDefinition(
    "consumer_images_total",
    MetricKind.COUNTER,
    "Images of written products by outcome (embedded, reused, pending, failed).",
    ("outcome",),
)
DEAD_LETTERS: Final = MetricDefinition(
    "consumer_dead_letters_total",
    MetricKind.COUNTER,
    "Dead letters by error class.",
    ("reason",),
)
STAGE_SECONDS: Final = MetricDefinition(
    "consumer_stage_seconds",
    MetricKind.HISTOGRAM,
    "Seconds spent by stage (decode, look_up, fetch, embed, write), a batch or an image each.",
    ("stage",),
)
QUEUE_DEPTH: Final = MetricDefinition(
    "consumer_queue_depth",
    MetricKind.GAUGE,
    "Things waiting, by queue (message_batches, fetches, embeddable_images, writable_products).",
    ("queue",),
)
EVENT_TO_SEARCHABLE_SECONDS: Final = MetricDefinition(
    "consumer_event_to_searchable_seconds",
    MetricKind.HISTOGRAM,
    "Seconds from an event's Kafka timestamp to its state being searchable.",
    (),
    (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200),
)
LAG_MESSAGES: Final = MetricDefinition(
    "consumer_lag_messages",
    MetricKind.GAUGE,
    "Messages that are not dealt with yet, by topic and partition of this member.",
    ("topic", "partition"),
)
LAG_SECONDS: Final = MetricDefinition(
    "consumer_lag_seconds",
    MetricKind.GAUGE,
    "Age of the message last taken in, by topic and partition; 0 where nothing is waiting.",
    ("topic", "partition"),
)
RETRIES: Final = MetricDefinition(
    "consumer_retries_total",
    MetricKind.COUNTER,
    "Repeated calls by what did not answer (index, dead_letter_topic).",
    ("target",),
)
GENERATION: Final = MetricDefinition(
    "consumer_generation_info",
    MetricKind.GAUGE,
    "1, labelled with the generation that this member writes and its model version.",
    ("generation", "model_version"),
)
AUDIT_FINDINGS: Final = MetricDefinition(
    "consumer_audit_findings",
    MetricKind.GAUGE,
    "Findings of the last audit that ended here, by kind (orphan, missing, stale, unreadable).",
    ("kind",),
)
AUDIT_FINISHED: Final = MetricDefinition(
    "consumer_audit_finished_timestamp_seconds",
    MetricKind.GAUGE,
    "When an audit last ended here, in seconds since 1970.",
    (),
)

DEFINITIONS: Final = (
    EVENTS,
    IMAGES,
    DEAD_LETTERS,
    STAGE_SECONDS,
    QUEUE_DEPTH,
    EVENT_TO_SEARCHABLE_SECONDS,
    LAG_MESSAGES,
    LAG_SECONDS,
    RETRIES,
    GENERATION,
    AUDIT_FINDINGS,
    AUDIT_FINISHED,
)

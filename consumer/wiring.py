"""Settings become a running consumer; the only place where its parts are built."""

from collections.abc import Callable
from threading import BoundedSemaphore, Event
from time import time_ns

from PIL import Image

from consumer.audit.periodic import PeriodicAudit
from consumer.batch_writer import BatchWriter
from consumer.dead_letters.letter import DeadLetterWriter
from consumer.dead_letters.topic import DeadLetterTopic
from consumer.generation_choice import OpenedGeneration
from consumer.jobs import ImageToFetch
from consumer.kafka.client_config import client_config, consumer_config, group_name, is_cooperative
from consumer.kafka.rebalance import Rebalance
from consumer.kafka.start_positions import StartRules
from consumer.kafka.topics import prepare_topics
from consumer.known_vectors import PromotedVectors
from consumer.mender import Mender
from consumer.metric_definitions import GENERATION
from consumer.offsets import OffsetTracker
from consumer.periodic_work import Chore, PeriodicWork
from consumer.persistence import Persistence
from consumer.pipeline import Pipeline, PipelineLimits, PipelineParts
from consumer.pipeline_metrics import PipelineMetrics
from consumer.planner import Planner
from consumer.product_state import StateRules
from consumer.redrive.returned_messages import redrive_topic
from consumer.service import ConsumerParts, ConsumerService
from consumer.settings import ConsumerSettings
from consumer.status.gauges import Gauges, lag_of
from consumer.status.status_point import StatusReport, last_written_ms
from consumer.steps.commit import Committer
from consumer.steps.fetch import Pixels, fetch
from consumer.steps.intake import Intake
from consumer.version import SERVICE_VERSION
from consumer.vitals import Vitals
from images import ImageFetcher, build_fetcher, decode, decode_limits
from model.cores import usable_cores
from model.embedder import Embedder
from product_events.settings import event_policy
from vector_store import ProductIndex, VectorStore

_MAINTAIN_SECONDS = 30.0
_STATUS_SECONDS = 10.0
_AUDIT_TURN_SECONDS = 1.0
_PRODUCTS_A_REQUEST = 64
# Embedded: beside smaller calls, searches in the same process wait less (docs/performance.md).
_PRODUCTS_A_CALL = 16


def build_consumer(
    settings: ConsumerSettings,
    store: VectorStore,
    opened: OpenedGeneration,
    *,
    reuses_promoted: bool = True,
    vitals: Vitals | None = None,
) -> ConsumerService:
    """A consumer of this generation, ready to run; the caller owns the store and the embedder.

    reuses_promoted: whether images that the promoted generation holds, of the same model version, are taken
    from there instead of being downloaded.
    vitals: where somebody watches its start already.

    Blocks for some seconds while it asks Kafka and the index; what raises has left nothing behind. Raises
    StartRefused, StoreError.
    """
    redrive = redrive_topic(settings.kafka_dead_letter_topic)
    compacted = prepare_topics(
        client_config(settings),
        topics=settings.kafka_topics,
        own_topics=(settings.kafka_dead_letter_topic, redrive),
    )
    embedder = opened.embedder
    index = ProductIndex(opened.collection)
    generation = index.generation
    # Before any member of this start can write the status.
    written_ms = last_written_ms(index)
    stop_intake, stop = Event(), Event()
    vitals = vitals or Vitals.at_birth()
    readiness, liveness, metrics = vitals.readiness, vitals.liveness, vitals.metrics
    metrics.set(GENERATION, 1, generation=generation.name, model_version=generation.model_version)
    persistence = Persistence(stop, readiness, metrics)
    offsets = OffsetTracker()
    committer = Committer(offsets, interval_seconds=settings.commit_interval_seconds)
    dead_letters = DeadLetterTopic(client_config(settings), settings.kafka_dead_letter_topic)
    letters = DeadLetterWriter(generation.name, SERVICE_VERSION)
    pipeline_metrics = PipelineMetrics(metrics)
    fetcher = build_fetcher(settings)
    pipeline = Pipeline(
        PipelineParts(
            planner=Planner(
                index=index,
                policy=event_policy(settings),
                redrive_topic=redrive,
                letters=letters,
                persistence=persistence,
                metrics=pipeline_metrics,
                now_ms=_now_ms,
                elsewhere=PromotedVectors(store, generation) if reuses_promoted else None,
            ),
            fetch=_fetch_step(fetcher, embedder, settings),
            embedder=embedder,
            writer=BatchWriter(
                index=index,
                dead_letters=dead_letters,
                letters=letters,
                rules=StateRules(settings.retry_policy(), generation.filterable_attributes),
                persistence=persistence,
                metrics=pipeline_metrics,
                now_ms=_now_ms,
            ),
            offsets=offsets,
            metrics=pipeline_metrics,
            liveness=liveness,
        ),
        PipelineLimits(
            fetch_threads=settings.fetch_threads,
            fetches_per_host=settings.image_fetches_per_host,
            host_patience_seconds=settings.image_deadline_seconds,
            embed_batch_images=settings.embed_batch_size,
            embed_calls=settings.calls_at_a_time,
            write_batch_products=_PRODUCTS_A_REQUEST if settings.qdrant_path is None else _PRODUCTS_A_CALL,
            max_products_in_flight=settings.max_products_in_flight,
        ),
        stop,
    )
    kafka = consumer_config(settings, group_name(settings, generation.name, generation.incarnation))
    rebalance = Rebalance(
        pipeline=pipeline,
        offsets=offsets,
        committer=committer,
        start_rules=StartRules(
            index_is_empty=lambda: index.count_records() == 0,
            last_written_ms=lambda: written_ms,
            now_ms=_now_ms,
            deletes_kept_ms=compacted,
        ),
        drain_seconds=settings.drain_seconds,
        cooperative=is_cooperative(kafka),
        stop=stop_intake,
    )
    mender = Mender(index, pipeline, persistence, _now_ms)
    audit = PeriodicAudit(index, metrics, every_seconds=settings.audit_interval_seconds, now_ms=_now_ms)
    audits = settings.audit_interval_seconds > 0
    status = StatusReport(
        index, offsets, _now_ms, audit.audited_at_ms if audits else None, lambda: lag_of(metrics)
    )
    periodic_work = PeriodicWork(
        (
            Chore("mend", settings.mend_interval_seconds, mender.run_once),
            Chore("status", _STATUS_SECONDS, status.write),
            Chore("maintain", _MAINTAIN_SECONDS, index.maintain),
            *((Chore("audit", _AUDIT_TURN_SECONDS, audit.advance),) if audits else ()),
        ),
        is_mine=lambda: (settings.kafka_topics[0], 0) in rebalance.owned and not stop_intake.is_set(),
        stop=stop,
    )
    intake = Intake(
        config=kafka,
        topics=(*settings.kafka_topics, redrive),
        pipeline=pipeline,
        offsets=offsets,
        rebalance=rebalance,
        committer=committer,
        gauges=Gauges(metrics, pipeline, offsets, now_ms=_now_ms),
        readiness=readiness,
        liveness=liveness,
        find_failure=lambda: pipeline.failure or rebalance.failure or periodic_work.failure,
        stop=stop_intake,
    )
    return ConsumerService(
        ConsumerParts(
            index=index,
            offsets=offsets,
            pipeline=pipeline,
            intake=intake,
            periodic_work=periodic_work,
            dead_letters=dead_letters,
            vitals=vitals,
            stop_intake=stop_intake,
            stop=stop,
            drain_seconds=settings.drain_seconds,
            close_after=(fetcher.close,),
        )
    )


def _fetch_step(
    fetcher: ImageFetcher, embedder: Embedder, settings: ConsumerSettings
) -> Callable[[ImageToFetch], Pixels]:
    limits = decode_limits(settings)
    min_side_px = embedder.preprocessing.min_side_px
    # More at a time would be no faster, and a large image takes 200 MB until it is scaled.
    decoding_turns = BoundedSemaphore(usable_cores())

    def decode_small(data: bytes) -> Image.Image:
        return decode(data, limits, min_side_px=min_side_px)

    def fetch_image(image: ImageToFetch) -> Pixels:
        def download() -> bytes:
            return fetcher.fetch(image.url, version=image.version, refetch=image.anew)

        return fetch(download, decode_small, embedder.prepare, decoding_turns)

    return fetch_image


def _now_ms() -> int:
    return time_ns() // 1_000_000

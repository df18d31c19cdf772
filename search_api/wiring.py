"""Builds the parts from settings: the one place that knows what they are made of."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import structlog

from images import build_fetcher, decode_limits
from model.cores import usable_cores
from model.model_files import ModelFiles
from product_events.settings import event_policy
from search_api.app import create_app, create_status_app
from search_api.http.api_keys import Scope
from search_api.index.current_index import CurrentIndex
from search_api.index.index_watch import IndexWatch
from search_api.metric_definitions import DEFINITIONS
from search_api.parts import Parts
from search_api.photos.bounded_fetcher import BoundedFetcher
from search_api.photos.embedder_pool import EmbedderPool
from search_api.photos.photo_lines import PhotoLimits, PhotoLines
from search_api.publisher import KafkaPublisher
from search_api.queries.query_ids import QueryIds
from search_api.server import HttpServer, ServerLimits, serve
from search_api.settings import SearchApiSettings
from search_api.writing.product_writer import WRITES_AT_A_TIME, WRITES_WAITING, ProductWriter
from search_api.writing.searchable import WAITERS
from telemetry import Metrics
from vector_store import VectorStore, open_store

_log = structlog.get_logger()


@contextmanager
def built_parts(settings: SearchApiSettings, *, store: VectorStore | None = None) -> Iterator[Parts]:
    """The parts that the settings describe, until the block ends.

    store: one that the caller has open already, and closes; the embedded engine allows one a folder.
    Blocks while the index is opened; models are read in the background, those of further generations too as
    long as the block lasts. Raises StoreError, OSError.
    """
    with ExitStack() as stack:
        if store is None:
            store = stack.enter_context(closing(open_store(settings)))
        metrics = Metrics(DEFINITIONS)
        lines = PhotoLines(_photo_limits(settings), metrics)
        fetcher = stack.enter_context(closing(build_fetcher(settings)))
        index = CurrentIndex(store)
        parts = Parts(
            index=index,
            embedders=EmbedderPool(ModelFiles(settings).load, max_loaded=settings.search_api_max_models),
            fetcher=BoundedFetcher(fetcher, lines.fetches),
            decode_limits=decode_limits(settings),
            metrics=metrics,
            photo_lines=lines,
            query_ids=_query_ids(settings),
            writer=_writer(settings, index, metrics, stack),
        )
        stack.callback(parts.embedders.wait)
        watch = IndexWatch(parts)
        stack.callback(watch.stop)
        watch.start()
        yield parts


def api_server(parts: Parts, settings: SearchApiSettings) -> HttpServer:
    """The API and the page on their port, still to be started. Raises CannotListen."""
    limits = ServerLimits(
        # Whoever waits for a photo's turn holds one too, and must leave those of the others.
        threads=settings.search_api_threads + _photo_limits(settings).threads + _write_threads(settings),
        connections=settings.search_api_connection_limit,
        max_body_bytes=settings.search_api_max_body_bytes,
        max_bodies_bytes=settings.search_api_max_bodies_bytes,
        receive_seconds=settings.search_api_receive_seconds,
        idle_seconds=settings.search_api_idle_seconds,
        drain_seconds=settings.search_api_drain_seconds,
        trusted_proxies=settings.search_api_trusted_proxies,
    )
    return serve(create_app(parts, settings), settings.search_api_host, settings.search_api_port, limits)


def status_server(parts: Parts, settings: SearchApiSettings) -> HttpServer:
    """Health, readiness and metrics on the status port, still to be started. Raises CannotListen."""
    limits = ServerLimits(threads=2, connections=50, max_body_bytes=1_000, drain_seconds=1.0)
    return serve(
        create_status_app(parts), settings.search_api_status_host, settings.search_api_status_port, limits
    )


def _photo_limits(settings: SearchApiSettings) -> PhotoLimits:
    return PhotoLimits.of(settings, cores=usable_cores())


def _writer(
    settings: SearchApiSettings, index: CurrentIndex, metrics: Metrics, stack: ExitStack
) -> ProductWriter | None:
    """What publishes changes of products, where a key opens that; `stack` closes its connection."""
    if not _may_write(settings):
        return None
    publisher = stack.enter_context(closing(KafkaPublisher.of(settings)))
    return ProductWriter(index, publisher, event_policy(settings), metrics)


def _write_threads(settings: SearchApiSettings) -> int:
    """How many requests can write, or wait to, at most."""
    return WRITES_AT_A_TIME + WRITES_WAITING + WAITERS if _may_write(settings) else 0


def _may_write(settings: SearchApiSettings) -> bool:
    return any(Scope.WRITE in key.scopes for key in settings.search_api_keys)


def _query_ids(settings: SearchApiSettings) -> QueryIds:
    if settings.search_api_secret is not None:
        return QueryIds(settings.search_api_secret.get_secret_value().encode())
    _log.info("SEARCH_API_SECRET is not set: query ids end with this process, and no other reads them")
    return QueryIds.of_this_process()

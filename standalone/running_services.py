"""The two services in this process, over one store: the embedded engine allows one process a folder."""

from contextlib import ExitStack, closing
from dataclasses import dataclass
from time import time_ns

from consumer.generation_choice import open_for_run
from consumer.settings import ConsumerSettings
from consumer.wiring import build_consumer
from search_api.settings import SearchApiSettings
from search_api.wiring import api_server, built_parts
from standalone.consumer_thread import ConsumerThread
from standalone.model_shelf import shelve_model
from standalone.screen import Screen
from vector_store import ProductIndex, VectorStore, open_store

_READING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class StartedConsumer:
    """A consumer that reads, and the store that it writes."""

    thread: ConsumerThread
    store: VectorStore
    index: ProductIndex

    @property
    def generation(self) -> str:
        """The name of what it writes."""
        return self.index.generation.name


def start_consumer(settings: ConsumerSettings, screen: Screen, ending: ExitStack) -> StartedConsumer:
    """Build it as production does and wait until it reads; `ending` stops it and closes the store.

    Raises ModelError, StoreError, ConsumerError, ConsumerNotReady.
    """
    with screen.step("model", "is read") as say:
        shelve_model(settings.model_path, settings.model_dir)
        store = ending.enter_context(closing(open_store(settings)))
        opened = open_for_run(store, settings, name=None, now_ms=lambda: time_ns() // 1_000_000)
        embedder = opened.embedder
        say(f"{embedder.dimension} numbers a photo, version {embedder.model_version}")
    with screen.step("consumer", "joins its group") as say:
        service = build_consumer(settings, store, opened)
        thread = ConsumerThread(service)
        ending.callback(thread.stop)
        thread.start()
        thread.wait_until_reading(_READING_SECONDS)
        say(f"reads {', '.join(settings.kafka_topics)}")
    return StartedConsumer(thread, store, service.index)


def start_search_api(
    settings: SearchApiSettings, store: VectorStore, screen: Screen, ending: ExitStack
) -> str:
    """Build it as production does, and answer; `ending` stops it. Returns its URL, without a final slash.

    Raises CannotListen, StoreError.
    """
    with screen.step("search API", "starts") as say:
        parts = ending.enter_context(built_parts(settings, store=store))
        server = api_server(parts, settings)
        ending.callback(server.stop)
        server.start()
        # So that the first photo is not told to wait for the model.
        parts.embedders.wait()
        url = f"http://{settings.search_api_host}:{server.port}"
        say(url)
    return url

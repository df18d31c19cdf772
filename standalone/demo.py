"""The demo from its first line to its last."""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from threading import Event
from time import monotonic

from consumer.kafka.client_config import client_config
from consumer.settings import ConsumerSettings
from standalone.catalogue import Catalogue, read_catalogue
from standalone.circumstances import settle
from standalone.data_folder import DataFolder, claim_data_folder
from standalone.embedded_broker import EmbeddedBroker, embedded_broker_program
from standalone.errors import KafkaNotAnswering
from standalone.filling import Filling, fill
from standalone.image_host import ImageHost
from standalone.kafka_topics import create_topics, wait_for_kafka
from standalone.logs import logged_to
from standalone.memory import EMBEDDED, Memory
from standalone.options import DemoOptions
from standalone.ports import LOOPBACK, any_free_port, check_port, is_free
from standalone.report import describe, examples
from standalone.running_services import start_consumer, start_search_api
from standalone.screen import Screen
from standalone.searchable import look, searchable_ids
from standalone.service_settings import Surroundings, consumer_settings, search_api_settings
from standalone.topic_names import TopicNames

_BROKER_SECONDS = 30.0
_CHECK_SECONDS = 0.5

Check = Callable[[], None]
"""Raises what ended a part that the demo needs."""


def run_demo(options: DemoOptions, screen: Screen, *, began: float) -> bool:
    """Start everything, fill the index if it is not, say what to try, and serve until the first signal.

    began: when the person began to wait, by `monotonic`.
    Returns whether the whole catalogue is searchable; with `exit_when_done` it returns instead of serving.
    Whatever happens, all parts are ended before it returns or raises. Raises DemoError, the services' own
    errors, and KeyboardInterrupt for a signal before it serves.
    """
    catalogue = read_catalogue()
    with ExitStack() as ending:
        folder = ending.enter_context(claim_data_folder(options.data_dir, reset=options.reset))
        log = folder.logs / "services.log"
        level = "DEBUG" if options.debug else "INFO"
        ending.enter_context(
            logged_to(log, level=level, on_error=lambda text: screen.warning(f"{text} (see {log})"))
        )
        memory = settle(options, folder.remembered(), is_free=is_free, any_free_port=any_free_port)
        around = _surroundings(options, memory, folder)
        _check_ports(options, around)
        settings = consumer_settings(around)

        check_kafka = _start_kafka(options, settings, folder, screen, ending)
        base_url = _start_image_host(catalogue, around, screen, ending)
        # From here on there may be events and points that depend on it.
        folder.remember(memory)
        consumer = start_consumer(settings, screen, ending)
        url = start_search_api(search_api_settings(around), consumer.store, screen, ending)

        def check() -> None:
            check_kafka()
            consumer.check()

        complete = _have_filled(
            Filling(catalogue, base_url, client_config(settings), around.topics, consumer.index, check),
            memory,
            folder,
            screen,
            log=str(log),
        )
        seconds = monotonic() - began
        if options.exit_when_done:
            screen.paragraph(f"Done in {seconds:.1f} s; without --exit it would serve now.")
        else:
            findable = searchable_ids(consumer.index, catalogue.product_ids)
            screen.paragraph(f"Ready in {seconds:.1f} s. In another terminal, try:")
            _say_what_to_try(screen, url, catalogue, findable)
            screen.line(f"Data and logs: {folder.path}")
            _serve(check, screen)
    if not options.exit_when_done:
        screen.line("All has ended. The next start finds its data again.")
    return complete


def _surroundings(options: DemoOptions, memory: Memory, folder: DataFolder) -> Surroundings:
    embedded = memory.kafka == EMBEDDED
    if memory.image_port is None or memory.run_id is None:
        raise AssertionError("a settled memory has both")
    return Surroundings(
        bootstrap_servers=options.bootstrap_servers or f"{LOOPBACK}:{options.broker_port}",
        embedded_broker=embedded,
        topics=TopicNames.on_own_broker() if embedded else TopicNames.on_another_kafka(memory.run_id),
        index=folder.index,
        image_port=memory.image_port,
        api_port=options.port,
    )


def _check_ports(options: DemoOptions, around: Surroundings) -> None:
    check_port(options.port, what="the search API", option="--port")
    if around.embedded_broker:
        check_port(options.broker_port, what="the embedded broker", option="--broker-port")
    check_port(around.image_port, what="the photos", option="--image-port")


def _start_kafka(
    options: DemoOptions, settings: ConsumerSettings, folder: DataFolder, screen: Screen, ending: ExitStack
) -> Check:
    config = client_config(settings)
    servers = settings.kafka_bootstrap_servers
    if options.bootstrap_servers is not None:
        with screen.step("Kafka", f"looks for {servers}") as say:
            wait_for_kafka(
                config,
                deadline_seconds=_BROKER_SECONDS,
                check=lambda: None,
                too_late=lambda seconds: KafkaNotAnswering(
                    f"no Kafka answers at {servers} within {seconds:.0f} s: check --bootstrap-servers"
                ),
            )
            create_topics(config, settings.kafka_topics)
            say(f"{servers}, topic {', '.join(settings.kafka_topics)}")
        return lambda: None
    broker = EmbeddedBroker(
        embedded_broker_program(),
        port=options.broker_port,
        folder=folder.broker,
        log=folder.logs / "broker.log",
    )
    with screen.step("broker", "starts") as say:
        ending.callback(broker.stop)
        broker.start()
        wait_for_kafka(
            config, deadline_seconds=_BROKER_SECONDS, check=broker.check, too_late=broker.not_answering
        )
        create_topics(config, settings.kafka_topics)
        say(f"noida-db speaks Kafka on {servers}")
    return broker.check


def _start_image_host(catalogue: Catalogue, around: Surroundings, screen: Screen, ending: ExitStack) -> str:
    host = ImageHost(catalogue.photos, around.image_port)
    ending.callback(host.stop)
    host.start()
    screen.done("photos", f"{catalogue.image_count} of the sample shop on {host.base_url}")
    return host.base_url


def _have_filled(filling: Filling, memory: Memory, folder: DataFolder, screen: Screen, *, log: str) -> bool:
    """Fill the index, unless an earlier start has. Returns whether all of it is searchable."""
    ids = filling.catalogue.product_ids
    digest = filling.catalogue.digest(filling.base_url)
    if memory.indexed_catalogue == digest:
        found = look(filling.index, ids, since_ms=0)
        # Fewer where somebody has deleted the index and left the memory.
        if found.settled == len(ids):
            screen.done("index", f"{found.products} products with {found.images} images, as they were left")
            return True
    outcome, seen = fill(filling, screen)
    screen.done("searchable", describe(outcome), seconds=outcome.seconds)
    if missing := len(ids) - seen.settled:
        screen.warning(
            f"{missing} products are not searchable yet, and nothing moves; the consumer "
            f"goes on trying, and {log} says what holds it up"
        )
        return False
    folder.remember(memory.model_copy(update={"indexed_catalogue": digest}))
    return True


def _say_what_to_try(screen: Screen, url: str, catalogue: Catalogue, findable: Collection[str]) -> None:
    product = catalogue.example(findable)
    if product is not None:
        photo = catalogue.folder / product["images"][0]["url"]
        for example in examples(url, product, photo):
            screen.paragraph(f"# {example.question}", style="dim")
            screen.command(example.command)
    screen.paragraph(f"Or drop a photo on the page: {url}/")


def _serve(check: Check, screen: Screen) -> None:
    screen.paragraph("Serving until Ctrl-C.")
    never = Event()
    try:
        while True:
            check()
            never.wait(_CHECK_SECONDS)
    except KeyboardInterrupt:
        # The terminal has written ^C into the line.
        screen.paragraph("Stopping.")

"""What a demo stands on before its services start: folder, logs, Kafka, photos."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from consumer.kafka.client_config import client_config
from consumer.settings import ConsumerSettings
from standalone.catalogue import Catalogue
from standalone.circumstances import settle
from standalone.data_folder import DataFolder, claim_data_folder
from standalone.embedded_broker import EmbeddedBroker, embedded_broker_program
from standalone.errors import KafkaNotAnswering
from standalone.image_host import ImageHost
from standalone.kafka_topics import create_topics, wait_for_kafka
from standalone.logs import logged_to
from standalone.memory import EMBEDDED, Memory
from standalone.options import DemoOptions
from standalone.ports import LOOPBACK, any_free_port, check_port, is_free
from standalone.screen import Screen
from standalone.service_settings import Surroundings, consumer_settings
from standalone.topic_names import TopicNames

_BROKER_SECONDS = 30.0

Check = Callable[[], None]
"""Raises what ended a part that the demo needs."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything of a demo is. base_url: of the photos. check: of the embedded broker."""

    folder: DataFolder
    memory: Memory
    around: Surroundings
    settings: ConsumerSettings
    base_url: str
    check: Check


def prepare_ground(
    options: DemoOptions, catalogue: Catalogue, screen: Screen, ending: ExitStack, *, with_api: bool
) -> Ground:
    """Claim the folder, log to it, and start Kafka and the photos' host; `ending` ends them all.

    with_api: whether the search API's port will be needed. Raises DemoError.
    """
    folder = ending.enter_context(claim_data_folder(options.data_dir, reset=options.reset))
    log = folder.logs / "services.log"
    level = "DEBUG" if options.debug else "INFO"
    ending.enter_context(
        logged_to(log, level=level, on_error=lambda text: screen.warning(f"{text} (see {log})"))
    )
    memory = settle(options, folder.remembered(), is_free=is_free, any_free_port=any_free_port)
    around = _surroundings(options, memory, folder)
    _check_ports(options, around, with_api=with_api)
    settings = consumer_settings(around)
    check = _start_kafka(options, settings, folder, screen, ending)
    base_url = _start_image_host(catalogue, around, screen, ending)
    # From here on there may be events and points that depend on it.
    folder.remember(memory)
    return Ground(folder, memory, around, settings, base_url, check)


def _surroundings(options: DemoOptions, memory: Memory, folder: DataFolder) -> Surroundings:
    embedded = memory.kafka == EMBEDDED
    if memory.image_port is None or memory.run_id is None:
        raise AssertionError("a settled memory has both")
    return Surroundings(
        bootstrap_servers=options.bootstrap_servers or f"{LOOPBACK}:{options.broker_port}",
        embedded_broker=embedded,
        topics=TopicNames.on_own_broker() if embedded else TopicNames.on_another_kafka(memory.run_id),
        index=folder.index,
        models=folder.models,
        image_port=memory.image_port,
        api_port=options.port,
    )


def _check_ports(options: DemoOptions, around: Surroundings, *, with_api: bool) -> None:
    if with_api:
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

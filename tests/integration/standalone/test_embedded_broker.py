import sys
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient

from standalone.embedded_broker import EmbeddedBroker, embedded_broker_program
from standalone.errors import BrokerFailed, NoEmbeddedBroker
from standalone.kafka_topics import count_messages, create_topics, wait_for_kafka
from tests.brokers.free_ports import free_ports
from tests.brokers.messages import produce
from tests.ci import skip_or_fail


def a_broker(folder: Path, program: Path) -> EmbeddedBroker:
    (port,) = free_ports(1)
    return EmbeddedBroker(program, port=port, folder=folder / "data", log=folder / "broker.log")


def a_program(folder: Path, body: str) -> Path:
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\n{body}\n")
    return path


def wait(broker: EmbeddedBroker, deadline_seconds: float) -> None:
    wait_for_kafka(
        {"bootstrap.servers": broker.bootstrap_servers},
        deadline_seconds=deadline_seconds,
        check=broker.check,
        too_late=broker.not_answering,
    )


def test_topics_and_messages_outlive_a_restart(tmp_path: Path) -> None:
    """The broker answers, keeps what it was told, and is found again at the next start."""
    try:
        program = embedded_broker_program()
    except NoEmbeddedBroker as error:
        skip_or_fail(str(error))
    for already in (0, 3):
        broker = a_broker(tmp_path, program)
        broker.start()
        try:
            wait(broker, 30)
            config: dict[str, Any] = {"bootstrap.servers": broker.bootstrap_servers}
            create_topics(config, ("one", "two"))
            assert {"one", "two"} <= set(AdminClient(config).list_topics(timeout=5).topics)
            assert count_messages(config, "one") == already
            produce(broker.bootstrap_servers, "one", [b"x"] * 3)
        finally:
            broker.stop()
    broker.stop()


def test_a_broker_that_ends_at_once_is_said_with_its_own_words(tmp_path: Path) -> None:
    """Waiting stops with the process, and the reason is in the line; the harmless one about GLIBC is not."""
    words = "import sys; print('x: weak version `GLIBC_2.39 not found'); sys.exit('error: kafka: no room')"
    broker = a_broker(tmp_path, a_program(tmp_path, words))
    broker.start()
    with pytest.raises(
        BrokerFailed, match=r"ended .*status 1.*kafka: no room.*--bootstrap-servers"
    ) as caught:
        wait(broker, 30)
    broker.stop()
    assert "GLIBC" not in str(caught.value)


def test_a_broker_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    """A deadline, the log, the way out; and the process is ended."""
    broker = a_broker(tmp_path, a_program(tmp_path, "import time; time.sleep(100)"))
    broker.start()
    with pytest.raises(BrokerFailed, match=r"does not answer after 1 s.*broker\.log.*--bootstrap-servers"):
        wait(broker, 1)
    broker.stop()

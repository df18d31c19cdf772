from pathlib import Path

import psutil

from tests.brokers.messages import consume, produce
from tests.brokers.noida_server import NoidaServer, noida_executable
from tests.brokers.topics import Topics
from tests.ci import skip_or_fail

VALUES = [f"value {number}".encode() for number in range(1_000)]


def test_embedded_broker_keeps_messages_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """The laptop's broker starts Kafka alone, keeps its data over a restart, and ends whole."""
    executable = noida_executable()
    if executable is None:
        skip_or_fail("noida-db has no program for this platform")
    server = NoidaServer(tmp_path / "broker", executable)
    server.start()
    try:
        topic = Topics(server.bootstrap_servers).create(partitions=2)
        produce(server.bootstrap_servers, topic, VALUES)
        server.stop()
        server.start()
        read = consume(server.bootstrap_servers, topic, len(VALUES))
        assert {message.value() for message in read} == set(VALUES)
        assert server.pid is not None
        process = psutil.Process(server.pid)
        assert process.exe() == str(executable)
        assert process.children() == []
    finally:
        server.stop()
    assert not process.is_running()

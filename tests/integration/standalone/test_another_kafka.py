from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from tests.brokers.broker import Broker
from tests.integration.standalone.conftest import StartDemo
from tests.integration.standalone.demo_process import Ports

pytestmark = pytest.mark.timeout(300)


@pytest.mark.slow
def test_another_kafka_is_used_and_the_embedded_one_is_not(
    kafka: Broker, start_demo: StartDemo, tmp_path: Path
) -> None:
    """--bootstrap-servers: topics of the demo's own there, found again at the next start, and no child."""
    words = ("--bootstrap-servers", kafka.bootstrap_servers, "--exit")
    ports = Ports.free()
    first = start_demo(tmp_path / "data", ports, *words)
    first.wait_for("searchable ")
    assert not [child for child in first.children() if "noida" in child.name()]
    assert first.wait() == 0, first.output
    assert "0 dead letters" in first.output
    again = start_demo(tmp_path / "data", ports, *words)
    assert again.wait() == 0, again.output
    assert "as they were left" in again.output
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers})
    made = [name for name in admin.list_topics(timeout=10).topics if name.startswith("visual-search-demo-")]
    assert len([name for name in made if name.endswith(".products")]) == 1
    for deleted in admin.delete_topics(made).values():
        deleted.result(10)


def test_a_kafka_that_does_not_answer_is_one_line(start_demo: StartDemo, tmp_path: Path) -> None:
    """The line names the option that was wrong."""
    ports = Ports.free()
    demo = start_demo(tmp_path / "data", ports, "--bootstrap-servers", f"127.0.0.1:{ports.broker}")
    assert demo.wait() == 1
    [line] = [line for line in demo.output.splitlines() if line.startswith("error: ")]
    assert "--bootstrap-servers" in line

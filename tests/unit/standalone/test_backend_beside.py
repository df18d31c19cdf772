"""The Node example's README says how it runs beside the demo: in the words that both understand."""

import re
from pathlib import Path

from standalone.command import cli
from standalone.topic_names import TopicNames

NODE_EXAMPLE = Path(__file__).parents[3] / "producer_examples" / "node"
README = (NODE_EXAMPLE / "README.md").read_text("utf-8")


def test_the_backend_is_told_where_the_demos_kafka_is() -> None:
    """The demo's own port and topics, unless an option says otherwise."""
    (command,) = re.findall(r"MONGODB_URI=(?:[^`]*?)npm start", README)
    told = dict(re.findall(r"(KAFKA_[A-Z_]+)=(\S+)", command))
    broker_port = next(option.default for option in cli.params if option.name == "broker_port")
    assert told == {
        "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{broker_port}",
        "KAFKA_TOPICS": ",".join(TopicNames.on_own_broker().events),
    }


def test_the_demo_is_told_where_the_backends_photos_are() -> None:
    """At its default address."""
    (hosts,) = re.findall(r"IMAGE_LOCAL_HOSTS=(\S+) make demo", README)
    assert f"'PUBLIC_URL', 'http://{hosts}'" in (NODE_EXAMPLE / "settings.js").read_text("utf-8")

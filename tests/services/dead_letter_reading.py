"""Dead letters as they stand on their topic."""

from dataclasses import dataclass
from typing import cast

from confluent_kafka import Consumer, TopicPartition


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """One message of the dead-letter topic; `fields` are its dl_ headers as text."""

    key: bytes | None
    value: bytes | None
    fields: dict[str, str]

    @property
    def error_class(self) -> str:
        return self.fields["dl_error_class"]

    @property
    def position(self) -> tuple[str, int, int]:
        return self.fields["dl_topic"], int(self.fields["dl_partition"]), int(self.fields["dl_offset"])


def read_dead_letters(bootstrap_servers: str, topic: str) -> list[ReadLetter]:
    """Everything on a dead-letter topic of one partition."""
    reader = Consumer({"bootstrap.servers": bootstrap_servers, "group.id": "letters", "log_level": 0})
    letters: list[ReadLetter] = []
    try:
        low, high = reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        reader.assign([TopicPartition(topic, 0, low)])
        while len(letters) < high - low:
            message = reader.poll(10)
            assert message is not None, "the topic did not deliver what it holds"
            assert message.error() is None, message.error()
            pairs = cast(list[tuple[str, bytes]], message.headers())
            fields = {name: value.decode() for name, value in pairs if name.startswith("dl_")}
            letters.append(ReadLetter(message.key(), message.value(), fields))
    finally:
        reader.close()
    return letters

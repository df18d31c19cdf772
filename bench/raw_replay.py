"""Child process: reading a topic and nothing else. `python -m bench.raw_replay KAFKA_CONFIG TOPIC`.

The client and the JSON parser are the consumer's; what is missing against it is everything else.
"""

import json
import sys
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import orjson
from confluent_kafka import Consumer, TopicPartition

from bench.answering import answer_questions

_MOST_MESSAGES = 500
_POLL_SECONDS = 0.2


def read(kafka_config: Mapping[str, Any], topic: str, events: int) -> float:
    """Seconds for reading so many events from the beginning, each value parsed. Blocks."""
    consumer = Consumer({**kafka_config, "group.id": f"{topic}.raw", "enable.auto.commit": False})
    try:
        began = perf_counter()
        consumer.assign([TopicPartition(topic, 0, 0)])
        left = events
        while left > 0:
            for message in consumer.consume(_MOST_MESSAGES, timeout=_POLL_SECONDS):
                if message.error() is None:
                    orjson.loads(message.value() or b"null")
                    left -= 1
        return perf_counter() - began
    finally:
        consumer.close()


def main() -> None:
    """Answer `{"events": n}` until the parent is gone."""
    config, topic = sys.argv[1:]
    answer_questions(
        lambda question: {"seconds": read(json.loads(config), topic, question["events"])}, greeting={}
    )


if __name__ == "__main__":
    main()

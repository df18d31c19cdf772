"""Child process: consumer and search API over one index. `python -m bench.both_services`.

The embedded engine allows one process a folder, so they are two parts of one, as in the demo. They are told
by the environment what services of their own would be.
"""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from time import time_ns
from typing import Any

from bench.answering import answer_questions
from consumer.generation_choice import open_for_run
from consumer.settings import ConsumerSettings
from consumer.wiring import build_consumer
from search_api.settings import SearchApiSettings
from search_api.wiring import api_server, built_parts
from standalone.consumer_thread import ConsumerThread
from telemetry import configure_logging
from telemetry.interpreter import collect_less_often, take_turns_often
from vector_store import open_store

_START_SECONDS = 60.0


def main() -> None:
    """Answer any question with nothing, as long as the consumer runs, until the parent is gone."""
    collect_less_often()
    take_turns_often()
    settings = ConsumerSettings()
    configure_logging("bench", level=settings.log_level)
    with ExitStack() as ending:
        store = ending.enter_context(closing(open_store(settings)))
        opened = open_for_run(store, settings, name=None, now_ms=lambda: time_ns() // 1_000_000)
        consumer = ConsumerThread(build_consumer(settings, store, opened))
        ending.callback(consumer.stop)
        consumer.start()
        consumer.wait_until_reading(_START_SECONDS)
        api_settings = SearchApiSettings()
        parts = ending.enter_context(built_parts(api_settings, store=store))
        server = api_server(parts, api_settings)
        ending.callback(server.stop)
        server.start()
        parts.embedders.wait()

        def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
            consumer.check()
            return {}

        answer_questions(answer, greeting={"port": server.port})


if __name__ == "__main__":
    main()

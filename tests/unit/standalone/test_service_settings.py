from hashlib import sha256
from pathlib import Path

import pytest

from search_api.http.api_keys import Scope
from standalone.service_settings import Surroundings, consumer_settings, search_api_settings
from standalone.topic_names import TopicNames

AROUND = Surroundings(
    bootstrap_servers="127.0.0.1:19092",
    embedded_broker=True,
    topics=TopicNames.on_own_broker(),
    index=Path("/data/index"),
    models=Path("/data/models"),
    image_port=8001,
    api_port=8010,
)


def test_both_services_have_the_same_index_and_the_same_photos() -> None:
    """One folder, one alias, one image host, for the two of them."""
    consumer, search_api = consumer_settings(AROUND), search_api_settings(AROUND)
    for settings in (consumer, search_api):
        assert settings.qdrant_path == Path("/data/index")
        assert settings.model_dir == Path("/data/models")
        assert settings.collection == "products"
        assert settings.image_local_hosts == ("127.0.0.1:8001",)
    assert consumer.filterable_attributes == search_api.filterable_attributes


def test_a_backend_beside_the_demo_may_have_pictures_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """IMAGE_LOCAL_HOSTS adds hosts to the sample shop's, for both services."""
    monkeypatch.setenv("IMAGE_LOCAL_HOSTS", "127.0.0.1:3000")
    for settings in (consumer_settings(AROUND), search_api_settings(AROUND)):
        assert settings.image_local_hosts == ("127.0.0.1:8001", "127.0.0.1:3000")


def test_nothing_is_open_to_the_network() -> None:
    """The search API listens on loopback, on the port that was asked for."""
    settings = search_api_settings(AROUND)
    assert (settings.search_api_host, settings.search_api_port) == ("127.0.0.1", 8010)


def test_the_kafka_client_keeps_off_the_terminal() -> None:
    """librdkafka's own lines would run through the bars."""
    assert consumer_settings(AROUND).kafka_config == {"log_level": 0}


def test_a_key_for_writing_opens_the_endpoints_that_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """They publish to the demo's own topics, in the consumer's order; searches stay open."""
    digest = sha256(b"key").hexdigest()
    monkeypatch.setenv("SEARCH_API_KEYS", f"shop:search+write:{digest},other:search:{digest}")
    monkeypatch.setenv("EVENT_ORDER", "version")
    consumer, search_api = consumer_settings(AROUND), search_api_settings(AROUND)
    assert [(key.name, key.scopes) for key in search_api.search_api_keys] == [
        ("shop", frozenset({Scope.WRITE}))
    ]
    for name in ("kafka_bootstrap_servers", "kafka_topics", "kafka_config", "event_order"):
        assert getattr(search_api, name) == getattr(consumer, name)

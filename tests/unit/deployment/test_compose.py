"""docker-compose.yml: what a stranger starts is whole, bounded, and closed to the network."""

import re
from typing import Any

import pytest

from consumer.settings import ConsumerSettings
from search_api.settings import SearchApiSettings
from tests.services.compose_file import ROOT, compose_file, compose_variables, example_variables
from tests.services.dockerfile import Dockerfile

SERVICES: dict[str, dict[str, Any]] = compose_file()["services"]
OWN = {"consumer", "search-api", "shop-backend"}
ONCE = {"topics"}


def test_the_whole_shop_is_there() -> None:
    """Kafka, Qdrant, MongoDB, topics, both services and a backend; metrics only where they are asked for."""
    always = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert always == {"kafka", "topics", "qdrant", "mongodb", *OWN}
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["metrics"]} == {
        "prometheus",
        "grafana",
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_bounded_and_watched(name: str) -> None:
    """It has a memory limit, a health check, a version of its image; its ports are this machine's alone."""
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"]["memory"]
    if name not in OWN:
        assert re.search(r":v?\d+\.\d+", service["image"]), service["image"]
    if name not in OWN | ONCE:
        assert service["healthcheck"]["test"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_what_it_needs(name: str) -> None:
    """Every dependency is waited for: until it is healthy, or, where it runs once, has succeeded."""
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if needed in ONCE else "service_healthy"
        assert how["condition"] == expected


@pytest.mark.parametrize("name", sorted(OWN))
def test_own_images_can_write_nothing_and_are_not_root(name: str) -> None:
    """Read-only, without capabilities, several stages, a numbered user, and a health check of its own."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    image, target = own_image(name)
    config = image.config(target)
    assert int(config.user) > 0
    assert config.health_check
    assert any("--from=" in each.rest for each in image.instructions(target) if each.word == "COPY")
    assert not any(stage.base.endswith(":latest") or ":" not in stage.base for stage in first_stages(image))


def test_the_example_shows_every_variable() -> None:
    """.env.example names the variables that the file reads, with the values that hold without it."""
    assert example_variables() == compose_variables()


@pytest.mark.parametrize(
    ("name", "settings"), [("consumer", ConsumerSettings), ("search-api", SearchApiSettings)]
)
def test_services_are_told_what_they_understand(
    name: str, settings: type[ConsumerSettings] | type[SearchApiSettings]
) -> None:
    """Every variable given to a service is one of its settings, and all of them together are valid."""
    environment = {key.lower(): str(value) for key, value in SERVICES[name]["environment"].items()}
    assert environment.keys() <= settings.model_fields.keys()
    settings.model_validate(environment)


def test_the_backend_is_told_what_it_understands() -> None:
    """Every variable given to the Node backend is one that its settings read."""
    source = (ROOT / "producer_examples" / "node" / "settings.js").read_text("utf-8")
    assert SERVICES["shop-backend"]["environment"].keys() <= set(re.findall(r"'([A-Z_]+)'", source))


def test_what_is_mounted_is_there() -> None:
    """Files and folders of the repository that a container sees exist; volumes are declared."""
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (
                (ROOT / source).exists() if source.startswith("./") else source in compose_file()["volumes"]
            )


def test_the_topic_is_one_that_forgets_no_product() -> None:
    """The one that all of ours are told of, compacted, with deletes that can be read for thirty days."""
    command = SERVICES["topics"]["command"]
    assert "--topic=products" in command
    assert {SERVICES[name]["environment"]["KAFKA_TOPICS"] for name in OWN} == {"products"}
    assert "--config=cleanup.policy=compact" in command
    assert f"--config=delete.retention.ms={30 * 86_400_000}" in command


def own_image(name: str) -> tuple[Dockerfile, str]:
    """The Dockerfile of a service of ours, and the stage that is its image."""
    build = SERVICES[name]["build"]
    if isinstance(build, str):
        image = Dockerfile(ROOT / build / "Dockerfile")
        return image, next(reversed(image.stages))
    return Dockerfile(ROOT / build["context"] / build["dockerfile"]), build["target"]


def first_stages(image: Dockerfile) -> list[Any]:
    return [stage for stage in image.stages.values() if stage.base not in image.stages]

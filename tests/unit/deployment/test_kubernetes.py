"""deploy/kubernetes: objects that a cluster takes, which know what the images and the services need."""

import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from consumer.settings import ConsumerSettings
from search_api.settings import SearchApiSettings
from tests.services.compose_file import ROOT, compose_file
from tests.services.dockerfile import Dockerfile
from tests.services.promql_names import faults

_FOLDER = ROOT / "deploy" / "kubernetes"
_KUBERNETES_VERSION = "1.33"
_KUSTOMIZATION = yaml.safe_load((_FOLDER / "kustomization.yaml").read_text("utf-8"))
_GUIDE = (ROOT / "docs" / "how-to" / "run-in-production.md").read_text("utf-8")
_SECRETS = {"KAFKA_CONFIG", "QDRANT_API_KEY", "SEARCH_API_KEYS", "SEARCH_API_SECRET"}
_IMAGES = Dockerfile(ROOT / "deploy" / "docker" / "Dockerfile")
_SETTINGS: dict[str, type[ConsumerSettings] | type[SearchApiSettings]] = {
    "consumer": ConsumerSettings,
    "search-api": SearchApiSettings,
}


def objects() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the base, named by its kind and name."""
    for file in _KUSTOMIZATION["resources"]:
        for each in yaml.safe_load_all((_FOLDER / file).read_text("utf-8")):
            yield f"{each['kind']} {each['metadata']['name']}", each


OBJECTS = dict(objects())


def pod(name: str) -> dict[str, Any]:
    found: dict[str, Any] = OBJECTS[f"Deployment {name}"]["spec"]["template"]
    return found


def container(name: str) -> dict[str, Any]:
    (found,) = pod(name)["spec"]["containers"]
    return dict(found)


@pytest.mark.parametrize("name", [name for name in OBJECTS if not name.startswith("ScaledObject")])
def test_an_object_is_one_that_kubernetes_knows(name: str) -> None:
    """It fits the published schema of its kind, without a field too many."""
    kubernetes_validate.validate(OBJECTS[name], _KUBERNETES_VERSION, strict=True)


def test_a_misspelt_field_is_noticed() -> None:
    """The schemas are strict: a field that no cluster knows is a fault."""
    wrong = {
        **OBJECTS["Deployment consumer"],
        "spec": {**OBJECTS["Deployment consumer"]["spec"], "replica": 1},
    }
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(wrong, _KUBERNETES_VERSION, strict=True)


def test_the_base_is_whole() -> None:
    """It names every file of the folder, and every image that a pod runs gets a registry and a version."""
    generated = {file for each in _KUSTOMIZATION["configMapGenerator"] for file in each["envs"]}
    named = {*_KUSTOMIZATION["resources"], *generated, "kustomization.yaml"}
    assert {path.name for path in _FOLDER.iterdir()} == named
    images = {image["name"]: image for image in _KUSTOMIZATION["images"]}
    assert {container(name)["image"] for name in _SETTINGS} == images.keys()
    assert all(image["newTag"] not in {"", "latest"} for image in images.values())
    assert OBJECTS[f"Namespace {_KUSTOMIZATION['namespace']}"]


@pytest.mark.parametrize("name", _SETTINGS)
def test_pods_are_told_what_the_service_understands(name: str) -> None:
    """Every variable is a setting, secrets come by reference alone, and a Service adds no variables."""
    lines = (_FOLDER / "settings.env").read_text("utf-8").split()
    shared = dict(line.split("=", 1) for line in lines)
    every_setting = {setting for each in _SETTINGS.values() for setting in each.model_fields}
    assert {key.lower() for key in shared} <= every_setting
    own = {variable["name"]: variable for variable in container(name)["env"]}
    fields = _SETTINGS[name].model_fields
    assert {key.lower() for key in own} <= fields.keys()
    secret = {key for key, variable in own.items() if "valueFrom" in variable}
    assert {"QDRANT_API_KEY"} < secret
    assert not _SECRETS & (shared.keys() | own.keys() - secret)
    for key in secret:
        named = own[key]["valueFrom"]["secretKeyRef"]
        # Each replica must sign as the others do.
        assert named["key"] == key
        assert named.get("optional", False) is (key != "SEARCH_API_SECRET")
        assert f"create secret generic {named['name']} " in _GUIDE
        assert f"--from-literal={key}=" in _GUIDE
    plain = {key: variable["value"] for key, variable in own.items() if key not in secret}
    _SETTINGS[name].model_validate({key.lower(): value for key, value in {**shared, **plain}.items()})
    assert pod(name)["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("name", _SETTINGS)
def test_probes_and_ports_are_the_images_own(name: str) -> None:
    """Every port is exposed by the image; each probe asks the status port for what it is for."""
    ports = {port["name"]: port["containerPort"] for port in container(name)["ports"]}
    exposed = {
        int(port) for each in _IMAGES.instructions(name) if each.word == "EXPOSE" for port in each.words
    }
    assert set(ports.values()) == exposed
    probes = {
        kind: container(name)[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")
    }
    assert probes["liveness"] == probes["startup"] == {"path": "/healthz", "port": "status"}
    assert probes["readiness"] == {"path": "/readyz", "port": "status"}
    assert pod(name)["metadata"]["annotations"]["prometheus.io/port"] == str(ports["status"])


@pytest.mark.parametrize("name", _SETTINGS)
def test_pods_are_those_that_the_image_is_made_for(name: str) -> None:
    """The image's user, a read-only root, bounded memory, and time to finish what is under way."""
    spec, security = pod(name)["spec"], container(name)["securityContext"]
    assert spec["securityContext"]["runAsUser"] == int(_IMAGES.config(name).user)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert container(name)["resources"]["limits"]["memory"]
    fields = _SETTINGS[name].model_fields
    drain = fields["drain_seconds" if name == "consumer" else "search_api_drain_seconds"].default
    pause = container(name).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    assert spec["terminationGracePeriodSeconds"] > drain + pause


def test_selectors_meet_the_pods() -> None:
    """Deployments, the Service and the disruption budget choose pods that there are."""
    for name in _SETTINGS:
        labels = pod(name)["metadata"]["labels"]
        assert OBJECTS[f"Deployment {name}"]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    search = pod("search-api")["metadata"]["labels"].items()
    assert OBJECTS["Service search-api"]["spec"]["selector"].items() <= search
    budget = OBJECTS["PodDisruptionBudget search-api"]["spec"]
    assert budget["selector"]["matchLabels"].items() <= search
    assert budget["minAvailable"] < OBJECTS["Deployment search-api"]["spec"]["replicas"]


def test_members_follow_the_lag_up_to_the_partitions() -> None:
    """KEDA asks for metrics that exist, never removes the last member, and adds none that would idle."""
    spec = OBJECTS["ScaledObject consumer"]["spec"]
    assert OBJECTS["ScaledObject consumer"]["apiVersion"] == "keda.sh/v1alpha1"
    assert f"Deployment {spec['scaleTargetRef']['name']}" in OBJECTS
    assert "replicas" not in OBJECTS["Deployment consumer"]["spec"]
    (trigger,) = spec["triggers"]
    assert trigger["type"] == "prometheus"
    assert list(faults(trigger["metadata"]["query"])) == []
    assert re.search(r"\bconsumer_lag_messages\b", trigger["metadata"]["query"])
    assert float(trigger["metadata"]["threshold"]) > 0
    assert trigger["metadata"]["ignoreNullValues"] == "false"
    assert spec["minReplicaCount"] >= 1
    made = compose_file()["services"]["topics"]["command"]
    assert f"--partitions={spec['maxReplicaCount']}" in made

"""Alerts and dashboard ask for metrics and labels that the services have."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.services.compose_file import ROOT, compose_file
from tests.services.promql_names import faults, labels_of

_RULES = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))
_BOARD = json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text("utf-8"))
_GUIDE = (ROOT / "docs" / "how-to" / "run-in-production.md").read_text("utf-8")

ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in _RULES["groups"] for rule in group["rules"]
}


def targets() -> Iterator[tuple[str, dict[str, str]]]:
    """Each question of the dashboard, with the title of its panel."""
    for panel in _BOARD["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_can_fire_and_says_what_to_do(name: str) -> None:
    """Its metrics and labels exist, its text uses labels that it has, and the guide has a part for it."""
    rule = ALERTS[name]
    assert list(faults(rule["expr"])) == []
    summary = rule["annotations"]["summary"]
    assert set(re.findall(r"\$labels\.(\w+)", summary)) <= labels_of(rule["expr"])
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert f"\n### {name}\n" in _GUIDE


def test_the_guide_tells_of_no_other_alert() -> None:
    """Each of its parts below the alerts is an alert."""
    part = _GUIDE.split("\n## When an alert fires\n")[1].split("\n## ")[0]
    assert re.findall(r"^### (.+)$", part, re.MULTILINE) == list(ALERTS)


@pytest.mark.parametrize(("title", "target"), list(targets()))
def test_a_panel_shows_what_there_is(title: str, target: dict[str, str]) -> None:
    """Its metrics and labels exist, and its legend uses labels that they have."""
    assert list(faults(target["expr"])) == []
    assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels_of(target["expr"])


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("consumer_lag > 1", "no such metric"),
        ('consumer_images_total{status="failed"}', "has no label status"),
        ('consumer_images_total{outcome=~"failed|lost"}', "is never lost"),
        ("sum by (reason) (consumer_images_total)", "has the label reason"),
        ("time()", "asks for no metric"),
    ],
)
def test_what_does_not_exist_is_noticed(expression: str, fault: str) -> None:
    """A name that no metric has is a fault, wherever it stands."""
    assert any(fault in each for each in faults(expression))


def test_prometheus_finds_both_services() -> None:
    """It scrapes the services of docker-compose.yml at the ports that their images tell, with our rules."""
    config = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text("utf-8"))
    found = {
        (job["dns_sd_configs"][0]["names"][0], job["dns_sd_configs"][0]["port"])
        for job in config["scrape_configs"]
    }
    assert found == {("consumer", 9100), ("search-api", 9101)}
    services = compose_file()["services"]
    assert {name for name, _ in found} <= services.keys()
    assert config["rule_files"] == ["alerts.yml"]


def test_grafana_finds_prometheus_and_the_dashboard() -> None:
    """What it is provisioned with names the service of docker-compose.yml and the folder that is mounted."""
    folder = ROOT / "deploy" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text("utf-8"))["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = yaml.safe_load((folder / "dashboards" / "dashboards.yml").read_text("utf-8"))["providers"]
    grafana = compose_file()["services"]["grafana"]
    board = f"{provider['options']['path']}/dashboard.json"
    assert f"./deploy/grafana/dashboard.json:{board}:ro" in grafana["volumes"]
    assert grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == board

"""How the services tell what they do: logs, metrics, liveness, and readiness in words."""

from telemetry.liveness import Liveness
from telemetry.logs import configure_logging
from telemetry.metrics import Metrics
from telemetry.readiness import Readiness
from telemetry.status_page import StatusInWords
from telemetry.status_server import StatusServer

__all__ = ["Liveness", "Metrics", "Readiness", "StatusInWords", "StatusServer", "configure_logging"]

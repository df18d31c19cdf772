"""How the services tell what they do: logs, metrics, and readiness in words."""

from telemetry.logs import configure_logging
from telemetry.metrics import Metrics
from telemetry.readiness import Readiness

__all__ = ["Metrics", "Readiness", "configure_logging"]

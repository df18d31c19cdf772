"""The defined metrics, alive in one registry. Nothing is registered at import."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.samples import Sample

from telemetry.metric_definitions import MetricDefinition, MetricKind


class Metrics:
    """Counts and measures by definition. Thread-safe, never blocks."""

    def __init__(self, definitions: Iterable[MetricDefinition]) -> None:
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for each in definitions:
            arguments = (each.name, each.description, each.labels)
            match each.kind:
                case MetricKind.COUNTER:
                    self._counters[each.name] = Counter(*arguments, registry=self.registry)
                case MetricKind.GAUGE:
                    self._gauges[each.name] = Gauge(*arguments, registry=self.registry)
                case MetricKind.HISTOGRAM:
                    self._histograms[each.name] = Histogram(
                        *arguments, registry=self.registry, buckets=each.buckets
                    )

    def count(self, definition: MetricDefinition, amount: float = 1, /, **labels: str) -> None:
        """Add to a counter."""
        counter = self._counters[definition.name]
        (counter.labels(**labels) if labels else counter).inc(amount)

    def set(self, definition: MetricDefinition, value: float, /, **labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges[definition.name]
        (gauge.labels(**labels) if labels else gauge).set(value)

    def observe(self, definition: MetricDefinition, value: float, /, **labels: str) -> None:
        """Add a value to a histogram."""
        histogram = self._histograms[definition.name]
        (histogram.labels(**labels) if labels else histogram).observe(value)

    @contextmanager
    def timed(self, definition: MetricDefinition, /, **labels: str) -> Iterator[None]:
        """Observe how many seconds the block took."""
        started = perf_counter()
        try:
            yield
        finally:
            self.observe(definition, perf_counter() - started, **labels)

    def value(self, definition: MetricDefinition, /, **labels: str) -> float:
        """What a counter or gauge stands at; summed over the labels that are not named."""
        samples = self._samples(definition.name)
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    def largest(self, definition: MetricDefinition, /) -> float:
        """The highest of a gauge's values over its labels; 0 where there are none."""
        return max((sample.value for sample in self._samples(definition.name)), default=0.0)

    def by_label(self, definition: MetricDefinition, label: str, /) -> dict[str, float]:
        """What a counter or gauge stands at for each value of one label, summed over the others."""
        totals: dict[str, float] = {}
        for sample in self._samples(definition.name):
            totals[sample.labels[label]] = totals.get(sample.labels[label], 0.0) + sample.value
        return totals

    def exposition(self) -> bytes:
        """All of them in Prometheus' text format."""
        return generate_latest(self.registry)

    def _samples(self, name: str) -> Iterator[Sample]:
        for family in self.registry.collect():
            yield from (sample for sample in family.samples if sample.name == name)

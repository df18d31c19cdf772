"""What a PromQL expression asks for, and whether our metrics have it."""

from collections.abc import Iterator
from typing import Any

import promql_parser
from promql_parser import AggregateExpr, BinaryExpr, VectorSelector

import consumer.metric_definitions as of_consumer
import search_api.metric_definitions as of_search_api
from telemetry.metric_definitions import MetricDefinition, MetricKind

# What Prometheus itself gives to every series.
_OF_PROMETHEUS = {"instance", "job"}
_SAMPLES = {"_bucket": {"le"}, "_sum": set[str](), "_count": set[str]()}


def faults(expression: str) -> Iterator[str]:
    """What the expression names and our metrics do not have. Raises ValueError where it is no PromQL."""
    samples = _all_samples()
    known: set[str] = set(_OF_PROMETHEUS)
    selectors = [node for node in _nodes(promql_parser.parse(expression)) if isinstance(node, VectorSelector)]
    if not selectors:
        yield f"{expression}: asks for no metric"
    for selector in selectors:
        if selector.name not in samples:
            yield f"{selector.name}: no such metric"
            continue
        definition, labels = samples[selector.name]
        known |= labels
        for matcher in selector.matchers.matchers:
            if matcher.name not in labels:
                yield f"{selector.name}: has no label {matcher.name}"
            elif matcher.name == "outcome":
                told = definition.description
                yield from (
                    f"{selector.name}: {matcher.name} is never {value}"
                    for value in matcher.value.split("|")
                    if value not in told
                )
    for name in _grouping_labels(expression):
        if name not in known:
            yield f"{expression}: none of its metrics has the label {name}"


def labels_of(expression: str) -> set[str]:
    """The labels that a result of the expression may carry."""
    samples = _all_samples()
    found = [node for node in _nodes(promql_parser.parse(expression)) if isinstance(node, VectorSelector)]
    return set(_OF_PROMETHEUS).union(*(samples[selector.name or ""][1] for selector in found))


def _all_samples() -> dict[str, tuple[MetricDefinition, set[str]]]:
    found = {}
    for definition in (*of_consumer.DEFINITIONS, *of_search_api.DEFINITIONS):
        labels = set(definition.labels)
        if definition.kind is MetricKind.HISTOGRAM:
            for suffix, more in _SAMPLES.items():
                found[definition.name + suffix] = definition, labels | more
        else:
            found[definition.name] = definition, labels
    return found


def _grouping_labels(expression: str) -> Iterator[str]:
    for node in _nodes(promql_parser.parse(expression)):
        if isinstance(node, AggregateExpr) and node.modifier is not None:
            yield from node.modifier.labels
        if isinstance(node, BinaryExpr) and node.modifier is not None:
            matching = node.modifier.matching
            if matching is not None:
                yield from matching.labels


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for name in ("lhs", "rhs", "expr", "param", "vector_selector", "args"):
        child = getattr(node, name, None)
        for each in child if isinstance(child, list) else [child]:
            if each is not None and not isinstance(each, str):
                yield from _nodes(each)

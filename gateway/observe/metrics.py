"""Prometheus metrics of a running daemon; what each one counts stands in ``METRICS`` (A3: codes and states only)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Values = Mapping[str, Mapping[tuple[str, ...], float]]
"""Metric -> values of its labels -> value."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Described:
    kind: Literal["gauge", "counter"]
    help: str
    labels: tuple[str, ...] = ()


METRICS: Mapping[str, Described] = {
    "database_up": Described("gauge", "1 when the database could be read for this answer."),
    "safe_mode": Described("gauge", "1 when nothing is sent until chitra resume."),
    "files": Described("gauge", "Files by direction, partner and state.", ("direction", "partner", "state")),
    "files_unknown": Described("gauge", "Files that the partner may or may not have.", ("partner",)),
    "files_overdue": Described("gauge", "Sent files without an answer in time.", ("partner",)),
    "exceptions_open": Described("gauge", "What waits for a person, by kind.", ("kind",)),
    "exceptions_overdue": Described("gauge", "What should have been dealt with by now, by kind.", ("kind",)),
    "stops_active": Described("gauge", "Stops that hold, by scope and code.", ("scope", "code")),
    "attempts_repeated": Described("counter", "Attempts to deliver a file after its first one.", ("partner",)),
    "partner_contact_timestamp_seconds": Described(
        "gauge", "When the partner's server last answered this daemon.", ("partner",)
    ),
    "partner_failures": Described("gauge", "Connections in a row that did not come about.", ("partner",)),
    "partner_connections": Described("counter", "Connections made by this daemon.", ("partner",)),
    "certificate_end_timestamp_seconds": Described(
        "gauge", "When the certificate of a key of ours, or the last one of a partner, ends.", ("holder",)
    ),
    "rounds": Described("counter", "Rounds finished by a worker of this daemon.", ("worker",)),
    "round_seconds": Described("counter", "Seconds that these rounds took together.", ("worker",)),
    "round_running_seconds": Described("gauge", "How long the round at hand takes already.", ("worker",)),
}
"""Name without ``chitra_`` (and ``_total`` of a counter)."""


def exposition(look: Callable[[], Values]) -> bytes:
    """The text format for one look at the values."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Look(look))
    return generate_latest(registry)


class _Look(Collector):
    def __init__(self, look: Callable[[], Values]) -> None:
        self._look = look

    def describe(self) -> Iterator[Metric]:
        """Nothing: the look is taken once, when it is asked for."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        values = self._look()
        for name, described in METRICS.items():
            family = GaugeMetricFamily if described.kind == "gauge" else CounterMetricFamily
            metric = family(f"chitra_{name}", described.help, labels=described.labels)
            for labels, value in values.get(name, {}).items():
                metric.add_metric(labels, value)
            yield metric

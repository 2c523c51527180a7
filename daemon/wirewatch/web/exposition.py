"""The only door to prometheus-client: metrics put into the text formats that scrapers read."""

import re
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from wirewatch.durations import Taken
from wirewatch.pipeline.families import Family, Kind, Reading
from wirewatch.pipeline.samples import Samples

_ODD = re.compile(r"version=(?!\d+(?:\.\d+)*\s*(?:[;,]|$))")
"""A version that is no number: the library stumbles over it."""
_INFINITE = "+Inf"


def exposition(read: Iterable[Reading], accept: str) -> tuple[bytes, str]:
    """Write metrics in the format that a scraper accepts; give the text and its content type.

    What the process takes of the machine is added (`process_…`).
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Collected(read))
    encode, kind = choose_encoder("" if _ODD.search(accept) else accept)
    return encode(registry), kind


class _Collected(Collector):
    """Metrics, as the library asks for them."""

    def __init__(self, read: Iterable[Reading]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Give each metric with its samples."""
        for family, samples in self._read:
            yield _metric(family, samples)

    def describe(self) -> list[Metric]:
        """Give nothing: names are not asked for before they are read."""
        return []


def _metric(family: Family[object], samples: Samples) -> Metric:
    """Make a metric as the library has it."""
    about = family.name, family.help
    if family.kind is Kind.HISTOGRAM:
        histogram = HistogramMetricFamily(*about, labels=family.labels)
        for labels, taken in samples.items():
            if isinstance(taken, Taken):
                histogram.add_metric(labels, _buckets(taken), taken.seconds)
        return histogram
    kind = CounterMetricFamily if family.kind is Kind.COUNTER else GaugeMetricFamily
    metric = kind(*about, labels=family.labels)
    for labels, value in samples.items():
        if not isinstance(value, Taken):
            metric.add_metric(labels, value)
    return metric


def _buckets(taken: Taken) -> list[tuple[str, float]]:
    """Give how many took no longer than each bound."""
    bounds = [(str(bound), float(count)) for bound, count in zip(*taken[:2], strict=True)]
    return [*bounds, (_INFINITE, float(taken.number))]

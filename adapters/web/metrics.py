"""The numbers for Prometheus: what became of messages, what is waiting, how the scheduler beats. Sums only."""

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from storage.pending import Pending


class Metrics:
    """One per process, with its own registry: no numbers about the machine."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._deliveries = Counter(
            "lotse_deliveries",
            "What became of messages that were to be handed to a platform",
            ["outcome", "platform"],
            registry=self._registry,
        )
        self._outbox = Gauge("lotse_outbox", "Messages not yet handed over", ["state"], registry=self._registry)
        self._platforms = Gauge(
            "lotse_platform", "How each platform is doing", ["platform", "state"], registry=self._registry
        )
        self._since = Gauge(
            "lotse_beat_age_seconds", "Seconds since a job was last finished", ["job"], registry=self._registry
        )

    def platforms(self, conditions: Mapping[str, str]) -> None:
        self._platforms.clear()
        for platform, condition in conditions.items():
            self._platforms.labels(platform, condition).set(1)

    def delivered(self, outcome: str, platform: str) -> None:
        self._deliveries.labels(outcome, platform).inc()

    def outbox(self, found: Sequence[Pending]) -> None:
        self._outbox.clear()
        for one in found:
            self._outbox.labels(one.state).inc(one.count)

    def beats(self, ages: Mapping[str, float]) -> None:
        for job, age in ages.items():
            self._since.labels(job).set(age)

    def text(self) -> tuple[bytes, str]:
        """The page and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

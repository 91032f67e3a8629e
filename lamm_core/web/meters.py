"""What this process has done since it started, counted for Prometheus. Counting takes some millionths of a second."""

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.process_collector import ProcessCollector

from lamm_core.errors import LammError
from lamm_core.workflow.acts import Receipt
from lamm_core.workflow.turns import Turn

# Seconds; what people feel lies between a hundredth and a tenth.
_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Meters:
    """The counters of one process, in a registry of their own.

    Attributes:
        registry: all of them, with memory and processor time of the process.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._acts = Counter(
            "lamm_acts_stored", "Labels, skips and undos stored, each once.", ["action"], registry=self.registry
        )
        self._claims = Counter("lamm_claims", "Requests for items to label.", registry=self.registry)
        self._requests = Counter(
            "lamm_labelling_requests",
            "Messages of labelling cards, by HTTP status.",
            ["status"],
            registry=self.registry,
        )
        self._errors = Counter(
            "lamm_errors", "Messages not answered, by kind of error.", ["kind"], registry=self.registry
        )
        self._seconds = Histogram(
            "lamm_acknowledgement_seconds",
            "From the arrival of a message of a labelling card to its answer, stored on disk.",
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def count_turn(self, turn: Turn) -> None:
        """Count what a turn of a labelling card has stored; what was stored before is not counted again."""
        for each in turn.outcomes:
            if isinstance(each, LammError):
                self.count_error(each)
            elif isinstance(each, Receipt) and not each.repeated:
                self._acts.labels(each.action.value).inc()
        if turn.leases is not None:
            self._claims.inc()

    def count_error(self, error: BaseException) -> None:
        """Count an error by the name of its kind; what it says is nobody's here."""
        self._errors.labels(type(error).__name__).inc()

    def count_answer(self, status: int, seconds: float) -> None:
        """Count an answer to a labelling card, and how long it took."""
        self._requests.labels(str(status)).inc()
        self._seconds.observe(seconds)

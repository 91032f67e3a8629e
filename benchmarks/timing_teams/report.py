"""What the benchmark of a team found."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from lamm_core.cli.tables import new_table
from timing_labels.figures import Spread
from timing_teams.plan import Engine


@dataclass(frozen=True)
class TeamReport:
    """What one run found. All times are in milliseconds.

    Attributes:
        engine: the database.
        people: annotators who labelled at once.
        servers: app processes.
        seconds: how long they labelled.
        labels: acknowledged labels of all.
        ack_ms: from sending a label until its acknowledgement is read.
        late_ack_ms: the same, of the last fifth of everybody's labels.
        waited_share: share of people's time in which they had no text, as between two batches, 0 to 1.
        errors: answers that told of a problem, and requests without an answer.
        lost: labels that were acknowledged and are not stored as they were given.
        doubled: labels that are stored more than once.
        shared: texts that two people labelled.
        rounds: rounds that had finished at the end, the one before the start included.
        label_cpu_ms: processor time of the servers for each label, with all else that they did meanwhile.
        memory_mb: largest memory of the servers in each fifth of the time.
    """

    engine: Engine
    people: int
    servers: int
    seconds: float
    labels: int
    ack_ms: Spread | None
    late_ack_ms: Spread | None
    waited_share: float
    errors: int
    lost: int
    doubled: int
    shared: int
    rounds: int
    label_cpu_ms: float
    memory_mb: list[float]

    @property
    def is_whole(self) -> bool:
        """Whether every label is stored, once, nobody met an error, and each text was handed to one person."""
        return not (self.errors or self.lost or self.doubled or self.shared)


def as_json(reports: list[TeamReport]) -> dict[str, Any]:
    """The content of the JSON file."""
    return {"runs": [asdict(each) for each in reports]}


def show(reports: list[TeamReport], screen: Console) -> None:
    """Print a table with a row for each run."""
    table = new_table("Milliseconds: median / p95; memory: MB in each fifth of the time")
    for heading in ("engine", "people", "servers", "labels", "per s", "saved", "saved late", "errors", "lost"):
        table.add_column(heading, justify="left" if heading == "engine" else "right", no_wrap=True)
    for heading in ("doubled", "shared", "rounds", "waited", "cpu a\nlabel", "memory"):
        table.add_column(heading, justify="right")
    for each in reports:
        table.add_row(
            each.engine,
            str(each.people),
            str(each.servers),
            f"{each.labels:,}",
            f"{each.labels / each.seconds:.1f}",
            _spread(each.ack_ms),
            _spread(each.late_ack_ms),
            *(str(count) for count in (each.errors, each.lost, each.doubled, each.shared, each.rounds)),
            f"{each.waited_share:.0%}",
            f"{each.label_cpu_ms:.1f}",
            " ".join(f"{part:.0f}" for part in each.memory_mb),
        )
    screen.print(table)


def _spread(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.median:.0f} / {spread.p95:.0f}"

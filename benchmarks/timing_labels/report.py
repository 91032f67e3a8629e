"""What the benchmark found."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from lamm_core.cli.tables import new_table
from timing_labels.checks import Faults
from timing_labels.figures import Spread
from timing_labels.plan import Case


@dataclass(frozen=True)
class RunReport:
    """What one run found. All times are in milliseconds.

    Attributes:
        case: the kind of run.
        users: people who labelled at once.
        key_to_next_ms: from a key until the next text is painted; None where nobody labelled in a browser.
        ack_ms: from a key until the page says that the label is saved; where nobody labelled in a browser, from
            sending a label until its acknowledgement is read.
        labels: labels that these figures are taken from.
        lost: labels that were acknowledged and are not stored as they were given.
        doubled: labels that are stored more than once.
        others_ack_ms: as `ack_ms`, of the people without a browser.
        all_labels: acknowledged labels of all people.
        shared: texts that two people labelled.
        untold: labels that are stored without having been acknowledged.
        labels_per_second: of all people together.
        reruns: how often people's labels made the server run the page or a part of it again, in the whole run.
        label_cpu_ms: processor time of the server for each label, with all else that it did meanwhile.
        rounds: rounds that were started while people labelled.
        round_share: share of the time in which a round was running, 0 to 1.
    """

    case: Case
    users: int
    key_to_next_ms: Spread | None
    ack_ms: Spread | None
    labels: int
    lost: int
    doubled: int
    others_ack_ms: Spread | None
    all_labels: int
    shared: int
    untold: int
    labels_per_second: float
    reruns: int
    label_cpu_ms: float
    rounds: int
    round_share: float | None

    @property
    def is_whole(self) -> bool:
        """Whether every label is stored, once, and each text was handed to one person."""
        return not (self.lost or self.doubled or self.shared)


def faults_shown(faults: Faults) -> list[str]:
    """What went wrong, a sentence each."""
    return [
        *(f"Lost: {each.annotator} called {each.text!r} {each.class_name!r}." for each in faults.lost),
        *(f"Doubled: {each.annotator} called {each.text!r} {each.class_name!r}." for each in faults.doubled),
        *(f"Handed to two people: {text!r}." for text in faults.shared),
    ]


def as_json(reports: list[RunReport]) -> dict[str, Any]:
    """The content of the JSON file."""
    return {"runs": [asdict(each) for each in reports]}


def show(reports: list[RunReport], screen: Console) -> None:
    """Print a table with a row for each run."""
    table = new_table("Milliseconds: median / p95")
    for heading in ("case", "users", "key to next", "saved", "others saved"):
        table.add_column(heading, justify="left" if heading == "case" else "right", no_wrap=True)
    for heading in ("labels", "per s", "cpu a\nlabel", "lost", "doubled", "shared", "round\nruns"):
        table.add_column(heading, justify="right")
    for each in reports:
        table.add_row(
            each.case,
            str(each.users),
            _spread(each.key_to_next_ms),
            _spread(each.ack_ms),
            _spread(each.others_ack_ms),
            f"{each.all_labels:,}",
            f"{each.labels_per_second:.1f}",
            f"{each.label_cpu_ms:.1f}",
            str(each.lost),
            str(each.doubled),
            str(each.shared),
            "" if each.round_share is None else f"{each.round_share:.0%}",
        )
    screen.print(table)


def _spread(spread: Spread | None) -> str:
    return "" if spread is None else f"{spread.median:.0f} / {spread.p95:.0f}"

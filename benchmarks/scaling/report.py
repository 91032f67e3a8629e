"""What was found: a row for each call, beside LAMM's, and what was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from rich.table import Table

from lamm_core.cli.tables import new_table
from scaling.costs import Cost


@dataclass(frozen=True)
class Row:
    """One call.

    Attributes:
        measurement: which one, such as `select by entropy`.
        name: who or what was measured.
        median: of the repeats.
        repeats: each of them.
        ratio: processor time, against that of LAMM in the same measurement.
    """

    measurement: str
    name: str
    median: Cost
    repeats: tuple[Cost, ...]
    ratio: float


@dataclass(frozen=True)
class Target:
    """What was asked for.

    Attributes:
        what: such as `modAL / LAMM by entropy, processor time`.
        asked: the bound.
        measured: what was found.
        met: whether it is within the bound.
    """

    what: str
    asked: str
    measured: float
    met: bool

    @classmethod
    def at_least(cls, what: str, bound: float, measured: float) -> Self:
        """A bound from below."""
        return cls(what, f"at least {bound:g}", measured, measured >= bound)

    @classmethod
    def at_most(cls, what: str, bound: float, measured: float) -> Self:
        """A bound from above."""
        return cls(what, f"at most {bound:g}", measured, measured <= bound)


@dataclass(frozen=True)
class Report:
    """Rows and targets of one measurement, or of several."""

    rows: tuple[Row, ...] = field(default=())
    targets: tuple[Target, ...] = field(default=())

    def __add__(self, other: "Report") -> "Report":
        return Report(self.rows + other.rows, self.targets + other.targets)


def rows_of(measurement: str, costs: Mapping[str, Sequence[Cost]], beside: str) -> tuple[Row, ...]:
    """A row for each name; ratios are those to the name `beside`."""
    medians = {name: Cost.median(found) for name, found in costs.items()}
    yardstick = medians[beside].processor
    return tuple(
        Row(measurement, name, medians[name], tuple(found), medians[name].processor / yardstick)
        for name, found in costs.items()
    )


def tables(report: Report) -> list[Table]:
    """The report for the eye."""
    costs = new_table("Medians")
    for heading in ("measurement", "", "seconds", "processor", "MB", "/ LAMM"):
        costs.add_column(heading, justify="right" if heading not in ("measurement", "") else "left")
    for row in report.rows:
        found = row.median
        figures = (f"{found.seconds:.3f}", f"{found.processor:.3f}", f"{found.megabytes:.1f}", f"{row.ratio:.2f}")
        costs.add_row(row.measurement, row.name, *figures)
    asked = new_table("Targets")
    for heading in ("", "asked", "measured", "met"):
        asked.add_column(heading, justify="right" if heading == "measured" else "left")
    for target in report.targets:
        asked.add_row(target.what, target.asked, f"{target.measured:.4g}", "yes" if target.met else "no")
    return [costs, asked]

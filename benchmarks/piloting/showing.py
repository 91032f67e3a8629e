"""The report as people read it."""

from rich.console import Console
from rich.table import Table

from lamm_core.cli.tables import new_table
from piloting.report import PilotReport
from piloting.timings import Spread, Timings


def show(report: PilotReport, screen: Console) -> None:
    """Print accuracy and labels by language, then seconds and memory, then what held and what did not."""
    screen.print(_languages_table(report))
    screen.print(_seconds_table(report.seconds))
    sizes = ", ".join(f"{kind} {peak / 2**20:,.0f} MiB" for kind, peak in report.memory.items())
    screen.print(f"Largest process: {sizes}.")
    screen.print(
        f"{report.labels:,} labels by {report.plan.annotators} annotators in {report.rounds} rounds: "
        f"{len(report.faults.handed_twice)} items handed out twice, {len(report.faults.lost)} labels lost, "
        f"{len(report.faults.unasked)} labels that nobody was told of."
    )
    for fault in report.faults.all:
        screen.print(fault, style="red")


def _languages_table(report: PilotReport) -> Table:
    table = new_table(
        f"Accuracy, first model ({report.first_labels:,} labels) to last ({report.last_labels:,}); "
        f"target {report.target:.2f}"
    )
    table.add_column("language", no_wrap=True)
    for heading in ("pool", "labels", "check\nitems", "\nbefore", "\nafter", "test\nitems", "\nbefore", "\nafter"):
        table.add_column(heading, justify="right")
    for each in report.languages:
        table.add_row(
            each.language,
            f"{each.pool:,}",
            f"{each.labels:,}",
            f"{each.checked:,}",
            f"{each.check_before:.3f}",
            f"{each.check_after:.3f}",
            f"{each.tested:,}",
            f"{each.test_before:.3f}",
            f"{each.test_after:.3f}",
        )
    return table


def _seconds_table(seconds: Timings) -> Table:
    table = new_table("Seconds")
    table.add_column("step", no_wrap=True)
    for heading in ("times", "median", "p95"):
        table.add_column(heading, justify="right")
    rows: dict[str, float | Spread] = {
        "import": seconds.importing,
        "embed": seconds.embedding,
        "fit": seconds.fitting,
        "select": seconds.selecting,
        "queue": seconds.queueing,
        "whole round": seconds.whole_round,
        "claim": seconds.claiming,
        "submit": seconds.submitting,
        "annotator waits": seconds.waiting,
        "labelling": seconds.labelling,
        "total": seconds.total,
    }
    for step, figure in rows.items():
        if isinstance(figure, Spread):
            table.add_row(step, f"{figure.count:,}", f"{figure.median:.4f}", f"{figure.p95:.4f}")
        else:
            table.add_row(step, "1", f"{figure:.1f}", "")
    return table

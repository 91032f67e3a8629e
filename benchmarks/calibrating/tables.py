"""What was measured, as tables."""

from collections.abc import Sequence

from rich.table import Table

from calibrating.false_met import Watched, false_rate
from calibrating.forecasts import Answer, score
from calibrating.intervals import Drawn, coverage


def interval_table(found: Sequence[Drawn]) -> Table:
    """Coverage and width for each task and size of the check set."""
    table = Table(title="95 % intervals of accuracy")
    for heading in ("task", "check items", "intervals", "coverage", "too high", "Wilson's coverage", "width", "bias"):
        table.add_column(heading, justify="left" if heading == "task" else "right")
    for task, checked in sorted({(each.task, each.checked) for each in found}):
        _add_coverage(
            table, task, f"{checked}", [each for each in found if (each.task, each.checked) == (task, checked)]
        )
    for task in sorted({each.task for each in found}):
        _add_coverage(table, task, "all", [each for each in found if each.task == task])
    if found:
        _add_coverage(table, "all", "all", found)
    return table


def _add_coverage(table: Table, task: str, checked: str, found: Sequence[Drawn]) -> None:
    figures = coverage(found)
    table.add_row(
        task,
        checked,
        f"{figures.intervals:,}",
        f"{figures.coverage:.1%}",
        f"{figures.too_high:.1%}",
        f"{figures.plain_coverage:.1%}",
        f"{figures.ratio:.2f}",
        f"{100 * figures.bias:+.1f} pt",
    )


def run_table(judged: Sequence[Watched], plain: Sequence[Watched]) -> Table:
    """How often a language was ever wrongly called met in a whole run."""
    table = Table(title="Ever wrongly called met, looking after every round")
    for heading in (
        "task",
        "judge",
        "check items",
        "runs",
        "task's target",
        "hardest target",
        "each look alone",
        "errors",
    ):
        table.add_column(heading, justify="left" if heading in ("task", "judge") else "right")
    for name, found in (("yes", judged), ("no", plain)):
        for task, checked in sorted({(each.task, each.checked) for each in found}):
            _add_runs(
                table,
                task,
                name,
                f"{checked}",
                [each for each in found if (each.task, each.checked) == (task, checked)],
            )
        if found:
            _add_runs(table, "all", name, "all", found)
    return table


def _add_runs(table: Table, task: str, judge: str, checked: str, found: Sequence[Watched]) -> None:
    errors = sorted(each.errors_at_last for each in found)[len(found) // 2]
    table.add_row(
        task,
        judge,
        checked,
        f"{len(found):,}",
        _rate(found, "ever_false"),
        _rate(found, "hardest_false"),
        _rate(found, "naive_hardest_false"),
        f"{errors:.2f}",
    )


def _rate(found: Sequence[Watched], name: str) -> str:
    share, error = false_rate(found, name)
    return f"{share:.1%} ± {error:.1%}"


def forecast_table(found: Sequence[Answer]) -> Table:
    """Forecasts against outcomes, for each task."""
    table = Table(title="Forecasts from 300 labels on: 80 % ranges, and error of the middle in total labels")
    for heading in ("task", "cases", "reached", "coverage", "of those reached", "near targets", "error"):
        table.add_column(heading, justify="left" if heading == "task" else "right")
    for task in (*sorted({each.case.task for each in found}), "all"):
        answers = [each for each in found if task in ("all", each.case.task)]
        near = [each for each in answers if each.case.target < each.case.estimate + 0.1]
        if answers and near:
            figures = score(answers)
            table.add_row(
                task,
                f"{figures.cases:,}",
                f"{figures.reached:,}",
                f"{figures.coverage:.0%}",
                f"{figures.reached_coverage:.0%}",
                f"{score(near).coverage:.0%}",
                f"{figures.error:.0%}",
            )
    return table

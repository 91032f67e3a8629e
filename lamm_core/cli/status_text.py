"""A project's status as a table and as sentences, for the terminal."""

from rich.table import Table
from rich.text import Text

from lamm_core.charts.words import FIGURE_WORDS
from lamm_core.cli.shell import command_line
from lamm_core.cli.tables import new_table
from lamm_core.language_names import language_name
from lamm_core.model.measuring import Measurement
from lamm_core.records import LanguageState, RoundState
from lamm_core.workflow.forecast_words import price_words
from lamm_core.workflow.headline import labels_range
from lamm_core.workflow.reasons import STATE_WORDS
from lamm_core.workflow.status import LanguageStatus, ProjectStatus

_STYLES = {
    LanguageState.MET: "green",
    LanguageState.MISSED: "yellow",
    LanguageState.UNPROVEN: "yellow",
    LanguageState.OUT_OF_REACH: "red",
    LanguageState.UNMEASURED: "dim",
}
# A longer forecast goes on in the next line.
_FORECAST_WIDTH = 19


def status_table(status: ProjectStatus) -> Table:
    """One row a language, the one most in need first, and one a class that has a target of its own."""
    table = _table(status)
    table.add_column("to the\ntarget", max_width=_FORECAST_WIDTH)
    for heading in ("labels\nthis week", "next\nbatch"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in status.languages:
        table.add_row(
            *_figure_cells(_name(each), each.state, each.measured, each.target),
            _forecast(status, each),
            f"{each.labels:,}\n+{each.labels_this_week:,}",
            _next_quota(status, each),
        )
        _add_classes(table, each)
    return table


def round_table(status: ProjectStatus) -> Table:
    """What a round found and decided, one row a language, the one most in need first, and one a class with a target."""
    table = _table(status)
    table.add_column("quota", justify="right", no_wrap=True)
    for each in status.languages:
        table.add_row(*_figure_cells(_name(each), each.state, each.measured, each.target), f"{each.quota:,}")
        _add_classes(table, each)
    return table


def _table(status: ProjectStatus) -> Table:
    """A table with what every one of ours begins with."""
    table = new_table(status.project.name)
    table.add_column("language")
    table.add_column("status")
    figure = FIGURE_WORDS[status.project.settings.metric]
    for heading in (f"{figure}\n(95% interval)", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _add_classes(table: Table, language: LanguageStatus) -> None:
    for each in language.classes:
        table.add_row(*_figure_cells(f"  {each.class_name}", each.state, each.measured, each.target))


def _figure_cells(name: str, state: LanguageState, figure: Measurement, target: float) -> tuple[str, Text, str, str]:
    shown = "?"
    if figure.estimate is not None:
        low, high = figure.interval
        shown = f"{_percent(figure.estimate)} ({100 * low:.0f}–{100 * high:.0f})"
    return name, Text(STATE_WORDS[state], style=_STYLES[state]), shown, _percent(target)


def _forecast(status: ProjectStatus, each: LanguageStatus) -> str:
    """The range of labels, then hours and cost of its middle."""
    if each.outlook is None:
        return "?"
    middle, currency = each.outlook.middle, status.project.settings.currency
    price = price_words(middle, currency) if middle and middle.labels else []
    return "\n".join([labels_range(each.outlook), *([f"about {', '.join(price)}"] if price else [])])


def _next_quota(status: ProjectStatus, each: LanguageStatus) -> str:
    if each.next_quota is not None:
        return f"{each.next_quota:,}"
    # A strategy that chooses text by text has no quotas to tell beforehand.
    return f"~{each.usual_quota:,.0f}" if status.chosen_by_text and status.model else "?"


def _name(each: LanguageStatus) -> str:
    return f"{language_name(each.language)} ({each.language})"


def _percent(fraction: float) -> str:
    return f"{fraction:.1%}"


def round_sentence(status: ProjectStatus, serving: int | None) -> str:
    """What the newest round does or came to.

    Args:
        serving: number of the round whose model serves now; None without a model.
    """
    latest = status.latest
    again = command_line("lamm", "round", status.project.name)
    if latest is None:
        return f"No round has run yet; run one with: {again}"
    if latest.state is RoundState.RUNNING:
        return f"Round {latest.number} is running: {latest.stage} ({latest.progress:.0%})."
    if latest.state is RoundState.FAILED:
        model = f"the model of round {serving} serves on" if serving else "there is no model yet"
        reason = (latest.error or "no reason is known").strip().rstrip(".: ")
        return f"Round {latest.number} failed: {reason}; {model}. Run it again with: {again}"
    model = f"the model of round {serving} serves" if serving else "there is no model yet"
    return f"Round {latest.number} is done; {model}."


def batch_sentence(status: ProjectStatus) -> str:
    """How far the newest batch is."""
    batch = status.progress
    if not batch.size:
        return "No batch waits to be labelled."
    held = f", {batch.held:,} of them held by annotators" if batch.held else ""
    return (
        f"Batch of round {batch.round_number}: {batch.closed:,} of {batch.size:,} texts done; "
        f"{batch.open:,} texts open in all{held}."
    )

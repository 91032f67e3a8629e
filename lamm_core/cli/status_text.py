"""A project's status as a table, as sentences and as plain values. Tables hold per cent, plain values fractions."""

from datetime import datetime

from rich.table import Table
from rich.text import Text

from lamm_core.cli.shell import command_line
from lamm_core.cli.tables import new_table
from lamm_core.language_names import language_name
from lamm_core.records import RoundState
from lamm_core.workflow.status import LanguageStatus, ProjectStatus


def status_table(status: ProjectStatus) -> Table:
    """One row a language, largest gap first."""
    table = _table(status.project.name, "pool\nshare", "label\nshare", "labels", "batch\nnow/next")
    for each in status.languages:
        table.add_row(
            *_accuracy_cells(each),
            _percent(each.pool_share),
            _percent(each.label_share),
            f"{each.labels:,}",
            f"{each.quota:,}/{_next_quota(status, each)}",
        )
    return table


def round_table(status: ProjectStatus) -> Table:
    """What a round found and decided, one row a language, largest gap first."""
    table = _table(status.project.name, "quota")
    for each in status.languages:
        table.add_row(*_accuracy_cells(each), f"{each.quota:,}")
    return table


def _table(title: str, *more_headings: str) -> Table:
    """A table with what every one of ours begins with."""
    table = new_table(title)
    table.add_column("language")
    for heading in ("accuracy\n(95% interval)", "target", "gap", *more_headings):
        table.add_column(heading, justify="right")
    return table


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


def status_record(status: ProjectStatus, serving: int | None) -> dict[str, object]:
    """The object that `lamm status --json` writes. Times are ISO 8601 in UTC; what is not known is null.

    Args:
        serving: number of the round whose model serves now; None without a model.

    Returns:
        project, created_at, classes, budget, strategy, uncertainty, encoder, seed; targets (how many), targets_met,
        furthest (language code); pool, labels (counts); languages (list, largest gap first: language, name, target,
        accuracy, interval [low, high], correct, checked, gap, target_met, pool, pool_share, labels, label_share,
        skipped, quota (of the newest batch), next_quota (of a full next one)); round (newest: number, attempt, state,
        stage, progress, error, started_at, finished_at, strategy, labels); model (number, round, labels, created_at);
        batch (round, size, closed, open, held, held_until).
    """
    settings = status.project.settings
    furthest = status.furthest
    return {
        "project": status.project.name,
        "created_at": _iso(status.project.created_at),
        "classes": list(settings.classes),
        "budget": settings.budget,
        "strategy": settings.strategy,
        "uncertainty": settings.uncertainty,
        "encoder": settings.encoder,
        "seed": settings.seed,
        "targets": len(status.languages),
        "targets_met": status.targets_met,
        "furthest": furthest.language if furthest else None,
        "pool": status.pool,
        "labels": status.labels,
        "languages": [_language_record(each) for each in status.languages],
        "round": _round_record(status),
        "model": _model_record(status, serving),
        "batch": _batch_record(status),
    }


def _language_record(each: LanguageStatus) -> dict[str, object]:
    return {
        "language": each.language,
        "name": language_name(each.language),
        "target": each.target,
        "accuracy": each.measured.accuracy,
        "interval": list(each.measured.interval) if each.measured.checked else None,
        "correct": each.measured.correct,
        "checked": each.measured.checked,
        "gap": each.gap,
        "target_met": each.target_met,
        "pool": each.pool,
        "pool_share": each.pool_share,
        "labels": each.labels,
        "label_share": each.label_share,
        "skipped": each.skipped,
        "quota": each.quota,
        "next_quota": each.next_quota,
    }


def _round_record(status: ProjectStatus) -> dict[str, object] | None:
    latest = status.latest
    if latest is None:
        return None
    return {
        "number": latest.number,
        "attempt": latest.attempt,
        "state": latest.state.value,
        "stage": latest.stage,
        "progress": latest.progress,
        "error": latest.error,
        "started_at": _iso(latest.started_at),
        "finished_at": _iso(latest.finished_at),
        "strategy": latest.strategy,
        "labels": latest.labels,
    }


def _model_record(status: ProjectStatus, serving: int | None) -> dict[str, object] | None:
    model = status.model
    if model is None:
        return None
    return {"number": model.number, "round": serving, "labels": model.labels, "created_at": _iso(model.created_at)}


def _batch_record(status: ProjectStatus) -> dict[str, object] | None:
    batch = status.progress
    if not batch.size:
        return None
    return {
        "round": batch.round_number,
        "size": batch.size,
        "closed": batch.closed,
        "open": batch.open,
        "held": batch.held,
        "held_until": _iso(batch.held_until),
    }


def _accuracy_cells(each: LanguageStatus) -> tuple[str, str, str, Text]:
    name = f"{language_name(each.language)} ({each.language})"
    if each.measured.accuracy is None:
        return name, "not measured", _percent(each.target), Text("?", style="dim")
    low, high = each.measured.interval
    accuracy = f"{_percent(each.measured.accuracy)} ({100 * low:.0f}–{100 * high:.0f})"
    gap = Text("met", style="green") if each.target_met else Text(_percent(each.gap), style="yellow")
    return name, accuracy, _percent(each.target), gap


def _next_quota(status: ProjectStatus, each: LanguageStatus) -> str:
    if status.chosen_by_text:
        return "by text"
    return "?" if each.next_quota is None else f"{each.next_quota:,}"


def _percent(fraction: float) -> str:
    return f"{fraction:.1%}"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

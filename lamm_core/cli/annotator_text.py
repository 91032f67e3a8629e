"""Annotators with their languages, their gold items and their figures, as plain values and as tables."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from lamm_core.cli.agreement_text import figure_record
from lamm_core.cli.tables import new_table
from lamm_core.workflow.agreement_words import short_share
from lamm_core.workflow.annotator_figures import AnnotatorFigures, Figures
from lamm_core.workflow.gold import GoldResult

_Languages = Mapping[str, tuple[str, ...]]
_Results = Sequence[GoldResult] | None


def annotators_record(languages: _Languages, results: _Results) -> list[dict[str, object]]:
    """The list that `lamm annotator list --json` writes, by name.

    Args:
        languages: name to the languages that an annotator is asked about; none stands for all.
        results: of gold items; None where no project was named.

    Returns:
        objects with annotator and languages, and where a project was named with gold: a list of objects with
        language, answered, right, share, low and high.
    """
    record: list[dict[str, object]] = []
    for name in _by_name(languages):
        of_annotator: dict[str, object] = {"annotator": name, "languages": list(languages[name])}
        if results is not None:
            of_annotator["gold"] = [_plain(each) for each in results if each.annotator == name]
        record.append(of_annotator)
    return record


def annotators_table(languages: _Languages, results: _Results) -> Table:
    """One row an annotator; where a project was named, one for each language in which gold items were answered."""
    table = new_table()
    table.add_column("annotator")
    table.add_column("languages")
    if results is not None:
        table.add_column("gold in")
        for heading in ("answered", "right", "95% interval"):
            table.add_column(heading, justify="right", no_wrap=True)
    for name in _by_name(languages):
        own = [each for each in results or () if each.annotator == name]
        table.add_row(name, ", ".join(languages[name]) or "all", *(_cells(own[0]) if own else ()))
        for each in own[1:]:
            table.add_row("", "", *_cells(each))
    return table


def figures_record(project: str, figures: Sequence[AnnotatorFigures]) -> dict[str, object]:
    """The object that `lamm annotator figures --json` writes; what cannot be told is null, times are in UTC.

    Returns:
        project; annotators (list, by name: annotator, whole, languages). The whole and each language: language (null
        for the whole), labels, median_seconds, per_hour, with_consensus, gold (null where none was answered), skips,
        flags, edits, first, last. A figure: estimate, interval [low, high], units, lack.
    """
    return {
        "project": project,
        "annotators": [
            {
                "annotator": each.annotator,
                "whole": _figures_record(each.whole),
                "languages": [_figures_record(language) for language in each.languages],
            }
            for each in figures
        ],
    }


def _figures_record(found: Figures) -> dict[str, object]:
    return dict(vars(found)) | {
        "with_consensus": figure_record(found.with_consensus),
        "gold": None if found.gold is None else figure_record(found.gold),
    }


def figures_table(project: str, figures: Sequence[AnnotatorFigures]) -> Table:
    """One row an annotator, and one for each language of those who label several."""
    table = new_table(project)
    table.add_column("annotator")
    for heading in ("texts", "median s", "an hour", "as the others", "gold right", "skipped", "flagged", "edited"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in figures:
        table.add_row(each.annotator, *_figures_cells(each.whole))
        if len(each.languages) > 1:
            for one in each.languages:
                table.add_row(f"  {one.language}", *_figures_cells(one))
    return table


def _figures_cells(found: Figures) -> tuple[str, ...]:
    return (
        f"{found.labels:,}",
        "–" if found.median_seconds is None else f"{found.median_seconds:,.1f}",
        "–" if found.per_hour is None else f"{found.per_hour:,.0f}",
        short_share(found.with_consensus),
        short_share(found.gold),
        f"{found.skips:,}",
        f"{found.flags:,}",
        f"{found.edits:,}",
    )


def _by_name(languages: _Languages) -> list[str]:
    return sorted(languages, key=str.lower)


def _cells(result: GoldResult) -> tuple[str, ...]:
    right = f"{result.right:,} ({result.share:.0%})"
    return result.language, f"{result.answered:,}", right, f"{result.low:.0%} to {result.high:.0%}"


def _plain(result: GoldResult) -> dict[str, object]:
    return {name: value for name, value in vars(result).items() if name != "annotator"}

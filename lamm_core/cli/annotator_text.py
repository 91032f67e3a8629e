"""Annotators with their languages and their gold items, as plain values and as a table."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from lamm_core.cli.tables import new_table
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


def _by_name(languages: _Languages) -> list[str]:
    return sorted(languages, key=str.lower)


def _cells(result: GoldResult) -> tuple[str, ...]:
    right = f"{result.right:,} ({result.share:.0%})"
    return result.language, f"{result.answered:,}", right, f"{result.low:.0%} to {result.high:.0%}"


def _plain(result: GoldResult) -> dict[str, object]:
    return {name: value for name, value in vars(result).items() if name != "annotator"}

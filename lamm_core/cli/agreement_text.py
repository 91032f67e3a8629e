"""How far annotators agree, as plain values and as tables. Shares are fractions, 0 to 1."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from lamm_core.cli.tables import new_table
from lamm_core.language_names import language_name
from lamm_core.model.agreement import Figure
from lamm_core.workflow.agreement import Agreement
from lamm_core.workflow.agreement_words import short_figure, short_share


def agreement_record(project: str, whole: Agreement, languages: Sequence[Agreement]) -> dict[str, object]:
    """The object that `lamm agreement --json` writes; what cannot be told is null, and `lack` says why.

    Returns:
        project; whole (see below, language null); languages (list).

        One of these: language, alpha and share (figures), classes (list: class, alpha), pairs (list: annotators,
        share, kappa), annotators (list: annotator, items, median_seconds, with_others, gold). A figure: estimate,
        interval [low, high], units, lack; an alpha or a kappa has reading as well (good, fair or poor).
    """
    return {"project": project, "whole": _group_record(whole), "languages": [_group_record(each) for each in languages]}


def _group_record(found: Agreement) -> dict[str, object]:
    return {
        "language": found.language,
        "alpha": _read_record(found.alpha),
        "share": figure_record(found.share),
        "classes": [{"class": each.class_name, "alpha": _read_record(each.alpha)} for each in found.classes],
        "pairs": [
            {
                "annotators": [each.first, each.second],
                "share": figure_record(each.share),
                "kappa": _read_record(each.kappa),
            }
            for each in found.pairs
        ],
        "annotators": [
            {
                "annotator": each.name,
                "items": each.items,
                "median_seconds": each.median_seconds,
                "with_others": figure_record(each.with_others),
                "gold": None if each.gold is None else figure_record(each.gold),
            }
            for each in found.annotators
        ],
    }


def figure_record(figure: Figure) -> dict[str, object]:
    """A figure as plain values; what cannot be told is null."""
    return {
        "estimate": figure.estimate,
        "interval": list(figure.interval) if figure.interval else None,
        "units": figure.units,
        "lack": str(figure.lack) if figure.lack else None,
    }


def _read_record(figure: Figure) -> dict[str, object]:
    return figure_record(figure) | {"reading": str(figure.reading) if figure.reading else None}


def agreement_tables(project: str, whole: Agreement, languages: Sequence[Agreement]) -> Iterator[Table]:
    """By language, then for the whole project by class, by pair where there is one, and by annotator."""
    yield _languages(project, whole, languages)
    yield _classes(whole)
    if whole.pairs:
        yield _pairs(whole)
    yield _annotators(whole)


def _languages(project: str, whole: Agreement, languages: Sequence[Agreement]) -> Table:
    table = _table(project, "language", "shared texts", "alpha", "same label")
    table.add_column("reading")
    for each in (*languages, whole):
        name = f"{language_name(each.language)} ({each.language})" if each.language else "all"
        word = str(each.alpha.reading or "–")
        table.add_row(name, f"{each.items:,}", short_figure(each.alpha), short_share(each.share), word)
    return table


def _classes(found: Agreement) -> Table:
    table = _table("Classes", "class", "alpha")
    table.add_column("reading")
    for each in found.classes:
        table.add_row(each.class_name, short_figure(each.alpha), str(each.alpha.reading or "–"))
    return table


def _pairs(found: Agreement) -> Table:
    table = _table("Pairs", "annotators", "shared texts", "kappa", "same label")
    for each in found.pairs:
        names = f"{each.first}, {each.second}"
        table.add_row(names, f"{each.kappa.units:,}", short_figure(each.kappa), short_share(each.share))
    return table


def _annotators(found: Agreement) -> Table:
    table = _table("Annotators", "annotator", "texts", "median s", "as the others", "gold right")
    for each in found.annotators:
        seconds = "–" if each.median_seconds is None else f"{each.median_seconds:,.1f}"
        table.add_row(each.name, f"{each.items:,}", seconds, short_share(each.with_others), short_share(each.gold))
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = new_table(title)
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table

"""Table 1 for the terminal, narrow enough for 100 columns."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from lamm_core.experiments.shown_table import SUMMARY, Cell, ShownTable


def terminal_tables(shown: ShownTable) -> Iterator[Table]:
    """First the summary with one row a strategy, then D, L and A with one block a language."""
    yield _summary(shown)
    yield _languages(shown)


def _summary(shown: ShownTable) -> Table:
    table = _new_table(shown.title)
    table.add_column("strategy")
    for heading in SUMMARY:
        table.add_column(heading.replace("HRL label", "HRL label\n"), justify="right", no_wrap=True)
    for row in shown.rows:
        table.add_row(row.name, *(_two_lines(row.summary[heading]) for heading in SUMMARY))
    return table


def _languages(shown: ShownTable) -> Table:
    # A column a strategy or a language would not fit for many of them; a row for each pair always does.
    table = _new_table(f"{shown.task}: each language")
    table.add_column("language")
    table.add_column("D", justify="right", no_wrap=True)
    table.add_column("strategy")
    for heading in ("L", "A"):
        table.add_column(heading, justify="right", no_wrap=True)
    for language in shown.languages:
        for number, row in enumerate(shown.rows):
            head = (language, row.pool_share[language].text) if number == 0 else ("", "")
            table.add_row(*head, row.name, row.label_share[language].text, _one_line(row.area[language]))
        table.add_section()
    return table


def _new_table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))


def _one_line(cell: Cell) -> Text:
    return _written(cell, " ")


def _two_lines(cell: Cell) -> Text:
    return _written(cell, "\n")


def _written(cell: Cell, between: str) -> Text:
    text = Text(cell.text, style="bold" if cell.best else "")
    return Text.assemble(text, between, cell.spread) if cell.spread else text

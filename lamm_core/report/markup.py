"""Small pieces of HTML. All text of users passes through `safe`."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


def safe(text: object) -> str:
    """Text as HTML shows it, whatever is in it; fit for attributes in double quotes too."""
    return html.escape(str(text), quote=True)


def heading(words: str) -> str:
    """The heading of a part of a section."""
    return f"<h3>{safe(words)}</h3>"


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values; values that are empty are left out."""
    lines = "\n".join(f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>" for name, value in rows if value)
    return f"<dl>\n{lines}\n</dl>"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        heading: its name; on a phone it stands before each value.
        kind: "" for words, "number" or "text".
    """

    heading: str
    kind: str = ""


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], caption: str) -> str:
    """A table whose first column names the rows; on a phone each row is a card.

    Args:
        columns: as many as there are cells in a row.
        rows: cells as HTML.
        caption: what the table shows, plain text.
    """
    heads = "".join(f'<th{_kind(each)} scope="col">{safe(each.heading)}</th>' for each in columns)
    body = "\n".join(f"<tr>{_row(columns, row)}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table class="cards">\n<caption>{safe(caption)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _row(columns: Sequence[Column], cells: Sequence[str]) -> str:
    first, *others = cells
    rest = "".join(
        f'<td{_kind(column)} data-label="{safe(column.heading)}">{cell}</td>'
        for column, cell in zip(columns[1:], others, strict=True)
    )
    return f'<th scope="row"{_kind(columns[0])}>{first}</th>{rest}'


def _kind(column: Column) -> str:
    return f' class="{column.kind}"' if column.kind else ""

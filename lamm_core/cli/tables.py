"""How tables look: few lines, so that they fit into 80 columns."""

from rich.box import SIMPLE_HEAD
from rich.table import Table


def new_table(title: str | None = None) -> Table:
    """An empty table in the style of all of them."""
    return Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))

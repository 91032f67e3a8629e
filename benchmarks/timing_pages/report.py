"""What the benchmark of pages found, as a table."""

from collections.abc import Sequence

from rich.console import Console

from lamm_core.cli.tables import new_table
from timing_pages.running import SizeReport
from timing_pages.visiting import PAGES


def show(reports: Sequence[SizeReport], screen: Console) -> None:
    """Print a table with a column for each project."""
    table = new_table(
        "Milliseconds until a page is whole: by a browser that has just come / again (processor time of the server)"
    )
    table.add_column("")
    for each in reports:
        table.add_column(f"{each.engine}\n{each.size.items:,} texts\n{each.size.labels:,} labels", justify="right")
    for page in PAGES:
        visits = [each.pages[page.title] for each in reports]
        table.add_row(page.title, *(f"{visit.first:,.0f} / {visit.again:,.0f} ({visit.cpu:,.0f})" for visit in visits))
    labels = [each.label_ms for each in reports]
    table.add_row(
        "label saved, median / p95", *(f"{each.median:.1f} / {each.p95:.1f}" if each else "" for each in labels)
    )
    table.add_row("start, seconds", *(f"{each.start_seconds:.1f}" for each in reports))
    table.add_row("memory of the server, MB", *(f"{each.memory_mb:,.0f}" for each in reports))
    screen.print(table)

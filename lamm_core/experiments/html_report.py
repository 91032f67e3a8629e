"""A benchmark as one web page that needs nothing but itself."""

import html
from collections.abc import Iterator, Sequence

from plotly.offline import get_plotlyjs

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.curves import curves_figure
from lamm_core.experiments.facts import facts
from lamm_core.experiments.shown_table import SUMMARY, Cell, ShownRow, ShownTable, by_task, shown_tables

# Nothing is fetched, and nothing may be: all that the page needs is inside it.
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
_STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #16181d; --faint: #5a606b; --line: #d5d9e0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181d; --ink: #eceef2; --faint: #a3aab6; --line: #3a3f49; }
}
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 75rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.6rem; text-align: right; vertical-align: top; white-space: nowrap; }
thead th { border-bottom: 1px solid var(--line); } tbody tr + tr > * { border-top: 1px solid var(--line); }
th.first { border-left: 1px solid var(--line); } td.first { border-left: 1px solid var(--line); }
thead tr:first-child th { text-align: center; }
th[scope=row] { background: var(--paper); left: 0; position: sticky; text-align: left; font-weight: normal; }
td small, .notes { color: var(--faint); display: block; } .notes { font-size: 0.9rem; }
.curves { min-width: 44rem; }
.curves text { fill: var(--ink) !important; }
.curves .hoverlayer text { fill: #ffffff !important; }
"""


def html_report(results: Sequence[BacktestResult]) -> str:
    """The whole page: what was run, then Table 1 and the curves of each task.

    Args:
        results: results of one run.

    Returns:
        HTML that loads nothing from anywhere; light or dark as the reader's system is.
    """
    groups = list(by_task(results).values())
    sections = "\n".join(
        _section(shown, of_task, number)
        for number, (shown, of_task) in enumerate(zip(shown_tables(results), groups, strict=True), start=1)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LAMM benchmark</title>
<style>{_STYLE}</style>
<script>{get_plotlyjs()}</script>
</head>
<body>
<h1>LAMM benchmark: {_safe(", ".join(by_task(results)))}</h1>
{_what_was_run(results)}
{sections}
</body>
</html>
"""


def _what_was_run(results: Sequence[BacktestResult]) -> str:
    rows = "\n".join(f"<dt>{_safe(name)}</dt><dd>{_safe(value)}</dd>" for name, value in facts(results).items())
    return f"<dl>\n{rows}\n</dl>"


def _section(shown: ShownTable, of_task: Sequence[BacktestResult], number: int) -> str:
    curves = curves_figure(of_task).to_html(
        full_html=False,
        include_plotlyjs=False,
        include_mathjax=False,
        div_id=f"curves-{number}",
        config={"displaylogo": False, "responsive": True, "modeBarButtonsToRemove": ["select2d", "lasso2d"]},
    )
    notes = "\n".join(f'<span class="notes">{_safe(note)}</span>' for note in shown.notes)
    return f"""<h2>{_safe(shown.title)}</h2>
<div class="wide">
{_table(shown)}
</div>
<p>{notes}</p>
<h3>Accuracy over labels</h3>
<div class="wide"><div class="curves">{curves}</div></div>"""


def _table(shown: ShownTable) -> str:
    groups = "".join(f'<th colspan="3" class="first" scope="colgroup">{_safe(name)}</th>' for name in shown.languages)
    summary = "".join(f'<th rowspan="2" scope="col">{_safe(heading)}</th>' for heading in SUMMARY)
    columns = '<th class="first" scope="col">D</th><th scope="col">L</th><th scope="col">A</th>' * len(shown.languages)
    body = "\n".join(f"<tr>{''.join(_cells(row, shown.languages))}</tr>" for row in shown.rows)
    return (
        f'<table>\n<thead>\n<tr><th rowspan="2" scope="col">strategy</th>{summary}{groups}</tr>\n'
        f"<tr>{columns}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )


def _cells(row: ShownRow, languages: Sequence[str]) -> Iterator[str]:
    yield f'<th scope="row">{_safe(row.name)}</th>'
    for heading in SUMMARY:
        yield _cell(row.summary[heading])
    for language in languages:
        yield _cell(row.pool_share[language], "first")
        yield _cell(row.label_share[language])
        yield _cell(row.area[language])


def _cell(cell: Cell, kind: str = "") -> str:
    text = f"<strong>{_safe(cell.text)}</strong>" if cell.best else _safe(cell.text)
    spread = f"<small>{_safe(cell.spread)}</small>" if cell.spread else ""
    return f'<td class="{kind}">{text}{spread}</td>' if kind else f"<td>{text}{spread}</td>"


def _safe(text: str) -> str:
    return html.escape(text)

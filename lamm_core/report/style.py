"""How the report looks: light or dark as the reader's system is, one column on a phone, black on white on paper."""

from lamm_core.charts.palette import DARK, LIGHT, Palette


def _colours(palette: Palette) -> str:
    return (
        f"--paper: {palette.paper}; --ink: {palette.ink}; --faint: {palette.muted}; --line: {palette.track}; "
        f"--accent: {palette.solid_flag};"
    )


STYLE = f"""
:root {{ color-scheme: light dark; {_colours(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_colours(DARK)} }} }}
* {{ box-sizing: border-box; }}
body {{ background: var(--paper); color: var(--ink); font: 16px/1.5 "Source Sans 3", system-ui, "Noto Sans", sans-serif;
  margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0; }} h2 {{ font-size: 1.3rem; margin: 0 0 0.25rem; }}
h3 {{ font-size: 1rem; margin: 1.75rem 0 0.25rem; }} p {{ margin: 0.25rem 0; }}
a {{ color: var(--accent); }} a:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px; }}
.headline {{ font-size: 1.2rem; margin: 0.75rem 0; }} .faint, caption {{ color: var(--faint); font-size: 0.9rem; }}
section {{ border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem; scroll-margin-top: 0.5rem; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 1rem 0; }}
dt {{ color: var(--faint); }} dd {{ margin: 0; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; margin: 0.5rem 0; }}
caption {{ text-align: left; }}
th, td {{ padding: 0.35rem 1.25rem 0.35rem 0; text-align: left; vertical-align: top; overflow-wrap: normal; }}
thead th {{ border-bottom: 1px solid var(--faint); font-weight: 600; }}
tbody tr + tr > * {{ border-top: 1px solid var(--line); }} tbody th {{ font-weight: 600; }}
th:last-child, td:last-child {{ padding-right: 0; }}
.number {{ text-align: right; white-space: nowrap; }} .text {{ overflow-wrap: anywhere; min-width: 12rem; }}
tbody .text {{ font-weight: normal; }}
.urgent {{ border-left: 4px solid var(--ink); padding-left: 0.75rem; list-style: none; margin-left: -1rem; }}
ul {{ padding-left: 1.25rem; }} li {{ margin: 0.35rem 0; }}
.half {{ max-width: 46rem; }}
@media (max-width: 40rem) {{
  dl {{ grid-template-columns: 1fr; gap: 0; }} dd {{ margin-bottom: 0.4rem; }}
  .broad {{ min-width: 29rem; }}
  .cards thead {{ position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }}
  .cards, .cards caption, .cards tbody, .cards tr, .cards th, .cards td {{ display: block; }}
  .cards tr {{ border-top: 1px solid var(--line); padding: 0.5rem 0; }} .cards tr > * {{ border: 0 !important; }}
  .cards th, .cards td {{ padding: 0.05rem 0; text-align: left; white-space: normal; min-width: 0; }}
  .cards td::before {{ color: var(--faint); content: attr(data-label) ": "; }}
}}
@media print {{
  :root {{ color-scheme: light; {_colours(LIGHT)} --ink: #000000; --faint: #333333; --accent: #000000; }}
  body {{ font-size: 10.5pt; max-width: none; padding: 0; }}
  section {{ break-before: page; border: 0; margin: 0; padding: 0; }} section.joined {{ break-before: auto;
    margin-top: 1.25rem; }}
  h2, h3 {{ break-after: avoid; }} tr, li, .chart {{ break-inside: avoid; }} thead {{ display: table-header-group; }}
  .broad {{ min-width: 0; }} .modebar-container {{ display: none; }} a {{ color: inherit; text-decoration: none; }}
}}
"""

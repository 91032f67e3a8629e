"""Charts inside the report: each as data for both themes, drawn by one small script."""

import json
from collections.abc import Callable
from typing import Any

from lamm_core.charts.layout import config
from lamm_core.charts.palette import DARK, LIGHT, Palette
from lamm_core.report.markup import safe

# Draws one chart after the other, so that a long report can be read meanwhile, and all of them again in the other
# colours when the reader's system changes its theme, or for paper: light there, and as narrow as a page.
SCRIPT = """
"use strict";
(() => {
  const dark = window.matchMedia("(prefers-color-scheme: dark)"), paper = window.matchMedia("print");
  const places = Array.from(document.querySelectorAll(".chart"));
  let printing = paper.matches;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  function draw(place) {
    const figure = read(place.id + (dark.matches && !printing ? "-dark" : "-light"));
    if (printing) figure.layout.width = Math.min(680, place.clientWidth);
    return Plotly.react(place, figure.data, figure.layout, read("chart-settings-" + place.id));
  }
  const drawAll = () => places.forEach(draw);
  const print = (now) => { if (printing !== now) { printing = now; drawAll(); } };
  dark.addEventListener("change", drawAll);
  paper.addEventListener("change", (event) => print(event.matches));
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  let drawn = 0;
  (function next() {
    if (drawn === places.length) { document.body.dataset.drawn = "all"; return; }
    draw(places[drawn++]);
    setTimeout(next);
  })();
})();
"""


def chart(name: str, project: str, make: Callable[[Palette], Any], told: str, kind: str = "") -> str:
    """A place for a chart, with its data.

    Args:
        name: of the place, without spaces; no other chart of the report has it.
        project: name of the project, for the file of a chart that the reader saves.
        make: makes the figure in the colours of a theme; None where there is nothing to draw.
        told: what the chart shows, for readers who cannot see it.
        kind: "half" for charts that would look lost in the whole width, "broad" for those that would be unreadable in
            that of a phone, or both.

    Returns:
        HTML; empty where there is nothing to draw.
    """
    light, dark = make(LIGHT), make(DARK)
    if light is None or dark is None:
        return ""
    settings = config(project, name) | {"displayModeBar": "hover", "responsive": True}
    blocks = "\n".join(
        f'<script type="application/json" id="{safe(block)}">{data}</script>'
        for block, data in (
            (f"{name}-light", _inert(light.to_json())),
            (f"{name}-dark", _inert(dark.to_json())),
            (f"chart-settings-{name}", _inert(json.dumps(settings))),
        )
    )
    classes = f"chart {kind}".strip()
    place = f'<div class="{classes}" id="{safe(name)}" role="img" aria-label="{safe(told)}"></div>'
    # A broad chart is wider than a phone, and is moved aside by a finger.
    return f'<div class="scroll">{place}</div>\n{blocks}'


def _inert(data: str) -> str:
    """JSON in which no tag can begin or end, and so none that a user wrote."""
    return data.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")

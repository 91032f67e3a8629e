"""Figures out of plain values: to let Plotly check them one by one takes far longer than to make them."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

# Part of a figure as plotly.js reads it: a trace, a shape, an annotation, a layout.
Part = dict[str, Any]


def drawn(traces: Sequence[Part], layout: Mapping[str, Any]) -> go.Figure:
    """A figure of parts that are as plotly.js reads them, with Plotly's usual template.

    The schema is not asked here, at every run of a page; `tests/unit/test_charts.py` asks it of all charts.

    Args:
        traces: each with its `type`.
        layout: of the figure; names of parts are written out (`{"title": {"text": ...}}`).
    """
    return go.Figure({"data": list(traces), "layout": dict(layout)}, _validate=False)

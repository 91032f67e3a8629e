"""Charts on a page: in the chart's own colours, with one button that saves it as a PNG."""

import plotly.graph_objects as go
import streamlit as st

from lamm_core.charts.layout import config
from lamm_core.records import Project


def show_chart(figure: go.Figure, project: Project, view: str, alt: str) -> None:
    """Show a chart.

    Args:
        figure: complete with its colours, so that the saved picture looks as on the page.
        project: whose name the picture's file gets.
        view: what the chart shows, for the name of the file.
        alt: the same in words, for readers who do not see it.
    """
    st.plotly_chart(figure, config=config(project.name, view), theme=None, key=f"chart_{project.id}_{view}", alt=alt)

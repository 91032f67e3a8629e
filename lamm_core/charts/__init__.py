"""Charts in Plotly, the same on the pages and in the report."""

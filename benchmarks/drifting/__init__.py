"""Parts of the benchmark of drift."""

"""Parts of the benchmark of a newcomer's first label."""

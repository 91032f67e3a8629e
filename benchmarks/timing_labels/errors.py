"""The error that the benchmark of labelling has of its own."""

from lamm_core.errors import LammError


class BenchmarkStopped(LammError):
    """The benchmark cannot go on: the server, the browser or the page does not do what it waits for."""

"""What stops the benchmark."""

from lamm_core.errors import LammError


class BenchmarkStopped(LammError):
    """The benchmark cannot go on: a library does other things than it should, or the folder is not on a disk."""

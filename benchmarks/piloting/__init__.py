"""The parts of the pilot, `benchmarks/pilot.py`; one idea a module."""

"""How many cores there are to use."""

import math
import os
from pathlib import Path

_QUOTA_FILE = Path("/sys/fs/cgroup/cpu.max")


def usable_cores() -> int:
    """Cores that this process may use, at least 1; in a container often fewer than the machine has."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _quota() or cores)


def _quota() -> int | None:
    """Cores that the group of this process may keep busy (Linux, control groups 2); None where nothing is said."""
    try:
        time, period = _QUOTA_FILE.read_text().split()
        return math.ceil(int(time) / int(period))
    except (OSError, ValueError):
        return None

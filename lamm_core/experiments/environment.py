"""What a benchmark ran with: versions and the commit of the checkout."""

import functools
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np
import sklearn

_PROJECT_FOLDER = Path(__file__).resolve().parents[2]
_PATIENCE = 10.0  # seconds


def versions() -> dict[str, str]:
    """Versions of all that decides the numbers of a benchmark."""
    return {
        "lamm": version("lamm"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
    }


@functools.cache
def commit(folder: Path = _PROJECT_FOLDER) -> str:
    """Commit of the checkout that LAMM runs from, with `-dirty` behind it where files were changed since.

    Args:
        folder: folder of the checkout.

    Returns:
        Empty where LAMM does not run from a checkout of its own, or git is not at hand.
    """
    # An installed copy may lie inside someone else's repository, whose commit says nothing about LAMM.
    if not _git(folder, "ls-files", "lamm_core/__init__.py"):
        return ""
    return _git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


def _git(folder: Path, *words: str) -> str:
    """What git says; empty if it cannot say anything."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            [git, "-C", str(folder), *words], capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""

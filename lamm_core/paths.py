"""Paths made of names that came from elsewhere: they stay inside the folder they belong in."""

import re
from pathlib import Path

from lamm_core.errors import UnsafePath
from lamm_core.words import translate as _

# File systems take names of 255 bytes; a character may need four of them, and an ending follows.
_LONGEST_NAME = 50


def inside(folder: Path, name: str) -> Path:
    """The path of a name inside a folder; neither needs to be there.

    Args:
        folder: what the path may not leave.
        name: relative to the folder, such as `3/round-0001-1.skops`.

    Raises:
        UnsafePath: the name is empty or no name at all, or it leads out of the folder: from the root, by `..`, or by a
            link.
    """
    path = folder / name
    try:
        home, real = folder.resolve(), path.resolve()
    except (OSError, ValueError, RuntimeError):  # a NUL character, links in a circle
        real = home = Path()
    # By whole parts: as text, `/data/home-other` would begin like `/data/home`.
    if real == home or not real.is_relative_to(home):
        raise UnsafePath(_("{name!r} names no file inside {folder!r}.", name=name, folder=str(folder)))
    return path


def download_name(*parts: str, ending: str = "") -> str:
    """A file name that every system takes, made of words of users.

    Args:
        parts: joined by hyphens; what is no letter or digit becomes a hyphen, and what is empty then is left out.
        ending: such as ".csv", taken as it is.
    """
    cleaned = (re.sub(r"\W+", "-", part).strip("-")[:_LONGEST_NAME] for part in parts)
    return "-".join(filter(None, cleaned)) + ending

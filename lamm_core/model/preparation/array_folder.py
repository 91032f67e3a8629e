"""Named arrays in a folder: one .npy file each, and a JSON file that says which there must be. No pickle anywhere."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import ModelUnreadable, UnsafePath
from lamm_core.files import folder_written_aside
from lamm_core.paths import inside

_ABOUT = "about.json"
_FORMAT = 1


def write_arrays(folder: Path, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays and what is to be known of them; the folder is there whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder_written_aside(folder) as aside:
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array, allow_pickle=False)
        forms = {name: [array.dtype.str, list(array.shape)] for name, array in arrays.items()}
        told = {"format": _FORMAT, **about, "arrays": forms}
        (aside / _ABOUT).write_text(json.dumps(told, indent=1), "utf-8")


def read_arrays(folder: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What `write_arrays` wrote; arrays stay on disk and are mapped into memory.

    Raises:
        ModelUnreadable: the folder is missing or damaged, or of another format.
    """
    try:
        about = json.loads((folder / _ABOUT).read_text("utf-8"))
        if about["format"] != _FORMAT:
            raise ModelUnreadable(f"The preparation {folder} has format {about['format']!r}; this is {_FORMAT}.")
        arrays = {name: _read(inside(folder, f"{name}.npy"), form) for name, form in about["arrays"].items()}
    except (UnsafePath, OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
        raise ModelUnreadable(f"The preparation {folder} cannot be read ({type(error).__name__}).") from error
    return about, arrays


def _read(path: Path, form: list[Any]) -> NDArray[Any]:
    """One array, of the form that was noted when it was written.

    Raises:
        ValueError: it has another.
    """
    array = np.lib.format.open_memmap(path, mode="r")  # refuses objects, which would need pickle
    if [array.dtype.str, list(array.shape)] != form:
        raise ValueError(f"{path.name} has shape {array.shape}")
    return np.asarray(array)

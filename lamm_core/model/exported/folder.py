"""A model as a folder: written whole or not at all, and read only where it is what it says.

`model.json` names every file that is read, with its SHA-256. `README.md` is for people, who may edit it, and nothing
reads it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from lamm_core.bounded import MAX_COLUMNS, MAX_LINE, MAX_UNPACKED
from lamm_core.errors import DataInTheWay, LammError, ModelUnreadable
from lamm_core.files import folder_written_aside
from lamm_core.model.classifier import Classifier
from lamm_core.model.exported.card import model_card
from lamm_core.model.exported.facts import ModelFacts
from lamm_core.model.exported.onnx_file import input_name, write_onnx
from lamm_core.model.preparation.preparation import Preparation
from lamm_core.words import translate as _

ABOUT, CARD, CLASSIFIER, PREPARATION, ONNX = (
    "model.json",
    "README.md",
    "classifier.skops",
    "preparation",
    "classifier.onnx",
)
_FORMAT = 1
_NAME = re.compile(
    rf"{re.escape(CLASSIFIER)}|{re.escape(ONNX)}|{PREPARATION}/[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+", re.ASCII
)
_MOST_FILES = MAX_COLUMNS  # a preparation has some ten arrays, and three more for each language it knows by spelling
# What parts that do not fit each other make numpy, scipy and scikit-learn raise.
_MISFITS = (LammError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, MemoryError)


@dataclass(frozen=True, eq=False)
class ModelParts:
    """What a model predicts with, and what is known of it.

    Attributes:
        classifier: prepared vectors in, probabilities out.
        preparation: embeddings in, prepared vectors out.
        facts: where it comes from and how good it is.
    """

    classifier: Classifier
    preparation: Preparation
    facts: ModelFacts


def check_place(folder: Path, *, replace: bool) -> None:
    """Raise DataInTheWay where something lies that a model may not take the place of.

    Args:
        replace: a folder that holds a model may be replaced; nothing else ever is.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / ABOUT).is_file():
        raise DataInTheWay(_("{folder!r} is there already, and is no model; choose another name.", folder=str(folder)))
    if not replace:
        raise DataInTheWay(_("{folder!r} holds a model already; replace it by --replace.", folder=str(folder)))


def write_model(folder: Path, parts: ModelParts, *, onnx: bool = False) -> None:
    """Write a model into a folder, aside first; see `check_place` for one that is there.

    Args:
        onnx: add the classifier as ONNX.

    Raises:
        PackageMissing: ONNX is asked for, and what writes it is not installed.
        OSError: the folder cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder_written_aside(folder) as aside:
        parts.classifier.save(aside / CLASSIFIER)
        parts.preparation.without_pool().save(aside / PREPARATION)
        if onnx:
            write_onnx(aside / ONNX, parts.classifier, parts.preparation)
        files = sorted(each for each in aside.rglob("*") if each.is_file())
        about = {
            "format": _FORMAT,
            "lamm": version("lamm"),
            **parts.facts.as_record(),
            "files": {each.relative_to(aside).as_posix(): _sha256(each) for each in files},
        }
        (aside / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")
        (aside / CARD).write_text(model_card(parts.facts, input_name(parts.preparation) if onnx else None), "utf-8")


def read_model(folder: Path, trusted: Sequence[str] | None = None) -> ModelParts:
    """Read what `write_model` wrote; arrays of the preparation stay on disk and are mapped into memory.

    Nothing in the folder is trusted: it may come from anybody.

    Args:
        trusted: as for `Classifier.load`.

    Raises:
        ModelUnreadable: the folder is missing, damaged, of another format, or holds what no model has.
    """
    about = _read_about(folder)
    try:
        facts = ModelFacts.from_record(about)
        _check_files(folder, about["files"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable(folder, error) from error
    parts = ModelParts(Classifier.load(folder / CLASSIFIER, trusted), Preparation.load(folder / PREPARATION), facts)
    try:
        _try(parts)
    except _MISFITS as error:
        raise ModelUnreadable(f"The parts of the model {folder} do not fit each other.") from error
    return parts


def _read_about(folder: Path) -> dict[str, Any]:
    path = folder / ABOUT
    if path.is_symlink() or not path.is_file():
        raise ModelUnreadable(f"The folder {folder} holds no {ABOUT}, so it is no model.")
    try:
        with path.open("rb") as file:
            # One that is larger is cut, and so no JSON any more.
            about: dict[str, Any] = json.loads(file.read(MAX_LINE), parse_constant=_no_constant)
        found = about["format"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _unreadable(folder, error) from error
    if found != _FORMAT:
        raise ModelUnreadable(f"The model {folder} has format {found!r}; this version of LAMM reads {_FORMAT}.")
    return about


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    """Raise ValueError unless the files are those that `model.json` names, each with its SHA-256, and no links."""
    below = folder / PREPARATION
    if below.is_symlink():
        raise ValueError(f"{PREPARATION!r} is no folder of a model")
    there = {f"{PREPARATION}/{each.name}" for each in below.iterdir()} | {CLASSIFIER}
    if not there <= files.keys() <= there | {ONNX} or len(files) > _MOST_FILES:
        raise ValueError(f"its files are not those that {ABOUT} names")
    for name, digest in files.items():
        path = folder / name
        if not _NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
            raise ValueError(f"{name!r} is no file of a model")
        if path.stat().st_size > (MAX_LINE if path.suffix == ".json" else MAX_UNPACKED):
            raise ValueError(f"{name} is too large")
        if _sha256(path) != digest:
            raise ValueError(f"{name} is not what it was when the model was written")


def _try(parts: ModelParts) -> None:
    """Predict a text in each language; raise ValueError or another of `_MISFITS` where that does not work."""
    facts, preparation = parts.facts, parts.preparation
    if (facts.classes, facts.dimension) != (parts.classifier.classes, preparation.dimension):
        raise ValueError(f"{ABOUT} speaks of another classifier")
    languages = ["", *(each.language for each in facts.languages)]
    nothing = np.zeros((len(languages), facts.dimension), dtype=np.float32)
    probabilities = parts.classifier.predict_proba(preparation.transform(nothing, ["text"] * len(languages), languages))
    if probabilities.shape != (len(languages), len(facts.classes)) or not np.isfinite(probabilities).all():
        raise ValueError("it gives no probabilities")


def _unreadable(folder: Path, error: Exception) -> ModelUnreadable:
    # The words of a parser, or of whoever wrote the folder, are none for a person.
    reason = str(error) if type(error) is ValueError else type(error).__name__
    return ModelUnreadable(f"The model {folder} cannot be read ({' '.join(reason.split())[:200]}).")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

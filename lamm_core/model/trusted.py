"""What a saved model may consist of, looked at before anything of it is made.

skops makes only types that it trusts, but these are hundreds. A model of LAMM has a handful, so all others are refused.
A model of the user's own estimator may be of any type that skops trusts; whoever loads one has to say so.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from lamm_core.bounded import MAX_UNPACKED

# Module, class and the loader of skops that makes it.
_PARTS = frozenset(
    [
        ("sklearn.linear_model._logistic", "LogisticRegression", "ObjectNode"),
        ("numpy", "ndarray", "NdArrayNode"),
        ("builtins", "dict", "DictNode"),
        ("builtins", "list", "ListNode"),
        ("builtins", "tuple", "TupleNode"),
        ("builtins", "str", "TypeNode"),
        ("builtins", "str", "JsonNode"),
    ]
)
# Plain Python of scikit-learn that holds numbers and does nothing when it is made; skops does not list it.
HARMLESS_PARTS = ("sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration")


def strange_part(path: Path) -> str | None:
    """The first part in a file of skops that no model of LAMM has, such as `builtins.map`; None where there is none.

    Raises:
        ValueError: it unpacks to more than `MAX_UNPACKED`.
        OSError, BadZipFile, KeyError, RecursionError: it is no file of skops.
    """
    return next((f"{part[0]}.{part[1]}" for part in _parts(_schema(path)) if part not in _PARTS), None)


def untrusted_part(path: Path, trusted: Sequence[str]) -> str | None:
    """The first part in a file of skops that neither skops nor the caller trusts; None where there is none.

    Args:
        path: the file.
        trusted: full names of types that the caller trusts besides.

    Raises:
        ValueError: it unpacks to more than `MAX_UNPACKED`.
        Exception: it is no file of skops.
    """
    import skops.io  # here, because it imports torch

    _schema(path)
    return next(
        (each for each in skops.io.get_untrusted_types(file=path) if each not in {*trusted, *HARMLESS_PARTS}), None
    )


def _schema(path: Path) -> Any:
    """The plan by which skops makes an object."""
    with ZipFile(path) as packed:
        if sum(each.file_size for each in packed.infolist()) > MAX_UNPACKED:
            raise ValueError("it unpacks to more than any model")
        return json.loads(packed.read("schema.json"))


def _parts(schema: Any) -> Iterator[tuple[str, str, str]]:
    """Every part that is named anywhere in the plan by which skops makes an object."""
    if isinstance(schema, dict):
        if "__loader__" in schema or "__class__" in schema:
            yield str(schema.get("__module__")), str(schema.get("__class__")), str(schema.get("__loader__"))
        for each in schema.values():
            yield from _parts(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _parts(each)

"""The classifier as ONNX, for programs that are not Python.

Written from its weights: a logistic regression is a product and a softmax, which every runtime has.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from lamm_core.errors import PackageMissing
from lamm_core.model.classifier import Classifier
from lamm_core.model.preparation.preparation import Preparation
from lamm_core.words import translate as _

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

EMBEDDINGS, PREPARED = "embeddings", "prepared_vectors"
PROBABILITIES, PREDICTED = "probabilities", "predicted"
# Old enough for runtimes of years ago; nothing here is newer.
_OPSET, _IR_VERSION = 17, 8


def check_onnx() -> None:
    """Raise PackageMissing unless ONNX files can be written."""
    if importlib.util.find_spec("onnx") is None:
        raise PackageMissing(
            _("ONNX files need a package; install it with: {command}", command="pip install 'lamm[onnx]'")
        )


def input_name(preparation: Preparation) -> str:
    """What the file takes: `embeddings` as the encoder gives them, where centring them is all that is to be done.

    Else `prepared_vectors`: neighbours among the pool's texts, character n-grams and means of languages are no matter
    of arrays alone.
    """
    return EMBEDDINGS if _only_centres(preparation) else PREPARED


def write_onnx(path: Path, classifier: Classifier, preparation: Preparation) -> None:
    """Write an ONNX file: `(n, d)` float32 of the name `input_name` in, `probabilities` `(n, k)` and `predicted` out.

    Probabilities are those of `Classifier.predict_proba` to within rounding; `predicted` `(n,)` are names of classes.

    Raises:
        PackageMissing: the package that writes such files is not installed.
        OSError: it cannot be written.
    """
    check_onnx()
    from onnx import TensorProto, checker, helper

    graph = _Graph()
    weights, intercepts = classifier.softmax_form()
    name = input_name(preparation)
    vectors = _prepared(graph, name, preparation) if name == EMBEDDINGS else name
    scores = graph.add("Add", graph.add("MatMul", vectors, graph.keep(weights.T)), graph.keep(intercepts))
    graph.add("Softmax", scores, output=PROBABILITIES, axis=1)
    likeliest = graph.add("ArgMax", PROBABILITIES, axis=1, keepdims=0)
    graph.add("Gather", graph.keep_names(classifier.classes), likeliest, output=PREDICTED)
    dimension = preparation.dimension if name == EMBEDDINGS else weights.shape[1]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "lamm",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", dimension])],
            [
                helper.make_tensor_value_info(PROBABILITIES, TensorProto.FLOAT, ["n", len(classifier.classes)]),
                helper.make_tensor_value_info(PREDICTED, TensorProto.STRING, ["n"]),
            ],
            graph.kept,
        ),
        producer_name="lamm",
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", _OPSET)],
    )
    checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def _only_centres(preparation: Preparation) -> bool:
    more = (preparation.lexical, preparation.smoothing)
    return more == (None, None) and not len(preparation.centring.languages)


def _prepared(graph: "_Graph", embeddings: str, preparation: Preparation) -> str:
    """What `Centring.apply` does with one mean for all languages, and `Rotation.apply` after it."""
    centred = graph.add("Sub", embeddings, graph.keep(preparation.centring.elsewhere))
    length = graph.add("ReduceL2", centred, axes=[1], keepdims=1)
    nothing = graph.add("Less", length, graph.keep(10 * np.finfo(np.float32).eps))
    vectors = graph.add("Div", centred, graph.add("Where", nothing, graph.keep(1.0), length))
    if preparation.rotation is not None:
        vectors = graph.add("MatMul", vectors, graph.keep(preparation.rotation.axes))
    return vectors


class _Graph:
    """Steps of a computation, each named by its number, and the arrays that they use."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.kept: list[TensorProto] = []

    def add(self, operator: str, *inputs: str, output: str | None = None, **attributes: Any) -> str:
        """Add a step; returns the name of what it gives."""
        from onnx import helper

        name = output or f"step_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def keep(self, array: ArrayLike) -> str:
        """Add an array as float32; returns its name."""
        from onnx import numpy_helper

        name = f"array_{len(self.kept)}"
        self.kept.append(numpy_helper.from_array(np.asarray(array, dtype=np.float32), name))
        return name

    def keep_names(self, names: Sequence[str]) -> str:
        """Add names `(k,)`; returns the name of their array."""
        from onnx import numpy_helper

        name = f"array_{len(self.kept)}"
        self.kept.append(numpy_helper.from_array(np.asarray(names, dtype=object), name))
        return name

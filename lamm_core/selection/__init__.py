"""The paper: which items to label next. Pure functions on arrays; this package knows numpy and nothing else."""

from lamm_core.selection.allocation import allocate
from lamm_core.selection.batch import Selection, select_batch
from lamm_core.selection.strategies import STRATEGIES, Strategy
from lamm_core.selection.uncertainty import UNCERTAINTIES, entropy, least_confidence, margin
from lamm_core.selection.weights import equal_weights, language_weights

__all__ = [
    "STRATEGIES",
    "UNCERTAINTIES",
    "Selection",
    "Strategy",
    "allocate",
    "entropy",
    "equal_weights",
    "language_weights",
    "least_confidence",
    "margin",
    "select_batch",
]

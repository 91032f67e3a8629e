"""The paper: which items to label next. Pure functions on arrays; this package knows numpy and nothing else."""

from lamm_core.selection.allocation import allocate
from lamm_core.selection.allocations import ALLOCATIONS, Allocation
from lamm_core.selection.batch import select_batch
from lamm_core.selection.candidates import Candidates
from lamm_core.selection.diversity import DIVERSITIES, Diversity
from lamm_core.selection.first_batch import FIRST_BATCHES, FirstBatch, select_first_batch
from lamm_core.selection.selected import Selection
from lamm_core.selection.standing import Observation, Standing
from lamm_core.selection.strategies import STRATEGIES, Strategy
from lamm_core.selection.uncertainty import UNCERTAINTIES, entropy, gibbs_error, least_confidence, margin, ratio
from lamm_core.selection.weights import equal_weights, language_weights

__all__ = [
    "ALLOCATIONS",
    "DIVERSITIES",
    "FIRST_BATCHES",
    "STRATEGIES",
    "UNCERTAINTIES",
    "Allocation",
    "Candidates",
    "Diversity",
    "FirstBatch",
    "Observation",
    "Selection",
    "Standing",
    "Strategy",
    "allocate",
    "entropy",
    "equal_weights",
    "gibbs_error",
    "language_weights",
    "least_confidence",
    "margin",
    "ratio",
    "select_batch",
    "select_first_batch",
]

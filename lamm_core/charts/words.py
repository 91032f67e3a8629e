"""Words that charts share."""

from lamm_core.records import Metric

# The figure that a project's targets speak of, by its setting.
FIGURE_WORDS: dict[str, str] = {Metric.ACCURACY: "accuracy", Metric.MACRO_F1: "macro-F1"}

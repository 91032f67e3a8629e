"""Words that charts share."""

from lamm_core.records import Metric
from lamm_core.words import marked
from lamm_core.words import translate as _

# The figure that a project's targets speak of, by its setting.
FIGURE_WORDS: dict[str, str] = {Metric.ACCURACY: marked("accuracy"), Metric.MACRO_F1: marked("macro-F1")}


def figure_word(metric: str) -> str:
    """The figure of a metric, in the language that is spoken."""
    return _(FIGURE_WORDS[metric])

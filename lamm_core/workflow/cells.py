"""What a strategy weighs: languages, and inside them classes that are behind a target of their own.

A class of a language that is behind its target is a cell of its own: the texts that the model takes for that class,
with the target and the figure of the class. To a strategy a cell is one language more, so that weights, quotas and
learning curves apply to it as they are.
"""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.check_record import figure_name
from lamm_core.model.measuring import measured
from lamm_core.records import ProjectSettings
from lamm_core.selection import Observation, Selection
from lamm_core.workflow.check_figures import CheckFigures
from lamm_core.workflow.round_data import RoundData


@dataclass(frozen=True)
class Cells:
    """The cells of a round.

    Attributes:
        language_of: cell to its language, for every cell.
        targets: cell to target, 0 to 1.
        checked: cell to check items behind its figure.
        now: labels and figures of the cells.
        behind: (language, class) to its cell, for every class that is behind a target of its own.
    """

    language_of: dict[str, str]
    targets: dict[str, float]
    checked: dict[str, int]
    now: Observation
    behind: dict[tuple[str, str], str]

    def names(self, languages: NDArray[np.str_], predicted: NDArray[np.str_]) -> NDArray[np.str_]:
        """`(n,)` cell of each item, by its language `(n,)` and the class that the model predicts for it `(n,)`."""
        names = languages.astype(object)
        for (language, class_name), cell in self.behind.items():
            names[(languages == language) & (predicted == class_name)] = cell
        return names.astype(str)

    def fold(self, selection: Selection) -> Selection:
        """The selection told by language: what its cells weigh and got, summed."""
        weights: dict[str, float] = {}
        for cell, weight in selection.weights.items():
            weights[self.language_of[cell]] = weights.get(self.language_of[cell], 0.0) + weight
        quota = Counter(dict.fromkeys(self.language_of.values(), 0))
        for cell, number in selection.quota.items():
            quota[self.language_of[cell]] += number
        return replace(selection, weights=weights, quota=dict(quota))


def make_cells(settings: ProjectSettings, data: RoundData, figures: CheckFigures) -> Cells:
    """Languages and the classes that are behind their targets.

    Args:
        settings: targets of languages and classes.
        data: what the round works on.
        figures: what the check set says of the model.
    """
    of_labelled = data.pool.languages[data.labelled]
    language_of = {language: language for language in settings.targets}
    targets, figure = dict(settings.targets), measured(figures.languages)
    checked = {language: each.checked for language, each in figures.languages.items()}
    labels = {language: int((of_labelled == language).sum()) for language in settings.targets}
    behind: dict[tuple[str, str], str] = {}
    for (language, class_name), target in settings.class_targets.items():
        found = figures.classes.get((language, class_name))
        if found is None or found.estimate is None or found.estimate >= target:
            continue
        cell = behind[language, class_name] = figure_name(language, class_name)
        language_of[cell], targets[cell], figure[cell] = language, target, found.estimate
        checked[cell] = found.checked
        # Every label of the language teaches what is of the class and what is not.
        labels[cell] = labels[language]
    return Cells(language_of, targets, checked, Observation(labels, figure), behind)

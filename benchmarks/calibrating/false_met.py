"""How often a language is wrongly called met in a whole run, though somebody looks after every round.

The hardest case is a language whose target lies a hair above the best that it ever reaches: then every "met" is wrong,
and every round is a chance to say it. The usual case has the task's own target.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibrating.intervals import draw_sets, judged_rows, look_at
from calibrating.runs import Run
from lamm_core.experiments.replay import Arena
from lamm_core.model.intervals import Z95, wilson
from lamm_core.model.judge import FOLDS
from lamm_core.model.looks import boundaries, correlations
from lamm_core.model.measuring import Look

_HAIR = 1e-9


@dataclass(frozen=True)
class Watched:
    """One language in one whole run, with one drawn check set.

    Attributes:
        task, language: where.
        checked: check items.
        looks: rounds that were looked at.
        ever_false: whether it was ever called met under its own target, by the bounds over all rounds.
        hardest_false: the same for a target just above its best.
        naive_hardest_false: the same as `hardest_false`, if each round's 95 % interval decided alone.
        met_at_last: whether it is called met at the end for a target 5 points under its accuracy then.
        errors_at_last: standard errors between the proven bound and the figure at the end.
    """

    task: str
    language: str
    checked: int
    looks: int
    ever_false: bool
    hardest_false: bool
    naive_hardest_false: bool
    met_at_last: bool
    errors_at_last: float


def watch_run(
    run: Run, arena: Arena, target: float, checked: int, looks: int, seed: int, judged: bool
) -> list[Watched]:
    """Look at every language after every round, with one check set for the whole run.

    Args:
        target: the task's.
        checked: check items of each language.
        looks: rounds to look at, from the first on.
        judged: whether the judge helps; without it a look costs next to nothing.
    """
    rng = np.random.default_rng([seed, checked])
    sets = draw_sets(run, arena, checked, rng)
    folds = rng.integers(0, FOLDS, len(arena.test.classes))
    rounds = range(min(looks, len(run.labels)))
    seen: list[list[Look]] = []
    for round_ in rounds:
        chances = judged_rows(run, arena, round_, sets, folds) if judged else None
        seen.append([look_at(run, arena, round_, drawn, chances) for drawn in sets])
    return [
        _watched(run, code, [of_round[code] for of_round in seen], target, checked)
        for code in range(len(run.languages))
    ]


def false_rate(watched: Sequence[Watched], name: str) -> tuple[float, float]:
    """Share of runs for which an attribute holds, and the standard error of that share."""
    share = float(np.mean([getattr(each, name) for each in watched]))
    return share, float(np.sqrt(share * (1 - share) / len(watched)))


def _watched(run: Run, code: int, looks: list[Look], target: float, checked: int) -> Watched:
    truth = run.test[: len(looks), code]
    distances = boundaries(correlations([each.influence for each in looks], [each.error for each in looks]))
    proven = np.array([_low(each, z) for each, z in zip(looks, distances, strict=True)])
    naive = np.array([_low(each, Z95) for each in looks])
    hardest = truth.max() + _HAIR
    return Watched(
        run.task,
        run.languages[code],
        checked,
        len(looks),
        bool(((proven >= target) & (truth < target)).any()),
        bool((proven >= hardest).any()),
        bool((naive >= hardest).any()),
        bool(proven[-1] >= truth[-1] - 0.05),
        float(distances[-1]),
    )


def _low(look: Look, z: float) -> float:
    return wilson(float(look.estimate or 0.0), look.effective, z)[0]

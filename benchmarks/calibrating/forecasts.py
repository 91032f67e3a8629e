"""Backtest of the forecast: what it said at a checkpoint of a finished replay, against when the target was reached.

The forecast sees the check set up to the checkpoint. When a target was reached is read off the moving average over up
to 3 rounds, as the product does, either on the test set or on the check set:

- "truth": the range as it is for the true accuracy, against the test set. The test set is a sample too, and its own
  error is held against the forecast.
- "test set": the range for an accuracy measured on a sample as large as the test set, against the test set.
- "check set": the range for the accuracy that the project will measure, against just that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from calibrating.runs import Run
from lamm_core.model.forecast import FittedCurves, Forecast, Yardstick, fit_curves
from lamm_core.model.learning_curve import WINDOW, CurvePoint

CHECKPOINTS = (300, 500, 700, 1000)
_TARGETS = np.round(np.arange(0.3, 1.0, 0.025), 3)

Judge = Literal["truth", "test set", "check set"]

Table = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One question to the forecast, and what happened.

    Attributes:
        task: what was replayed.
        language: which.
        checkpoint: labels in all when the question was asked.
        target: accuracy asked about; above the one that judges at that time.
        estimate: accuracy on the check set at that time, averaged like the outcome.
        outcome: further labels until the accuracy that judges reached the target; None if not within the replay.
        end: further labels at which the replay ended.
        fragile: whether half a standard error of the accuracy that judges, up or down, would have moved the outcome
            by more than 30 % of its total labels: then the outcome is mostly chance.
        foresight: further labels until the check set reached the target, infinite if not within the replay: what
            whoever knew the future of the check set would have said.
    """

    task: str
    language: str
    checkpoint: int
    target: float
    estimate: float
    outcome: int | None
    end: int
    fragile: bool
    foresight: float


@dataclass(frozen=True)
class Answer:
    """A case and the forecast for it.

    Attributes:
        case: the question.
        forecast: the answer.
        middle_within: median of the possible futures that reach the target after now and within the replay, in
            further labels; None where there are none. Only outcomes within the replay are known, so that an
            error over these compares like with like.
    """

    case: Case
    forecast: Forecast
    middle_within: float | None

    @property
    def contains(self) -> bool:
        """Whether the range contains the outcome; if it never came, whether the range reaches past the end."""
        low, high = self.forecast.low, self.forecast.high
        if self.case.outcome is None:
            return high is None or high > self.case.end
        return low is not None and low <= self.case.outcome and (high is None or self.case.outcome <= high)

    @property
    def says_within(self) -> bool:
        """Whether the forecast names a number of labels that the replay had."""
        return self.forecast.middle is not None and self.forecast.middle <= self.case.end

    def error(self, said: float | None, before: int) -> float:
        """`|said - outcome| / (outcome + before)`; infinite where one of them is never, 0 where both are."""
        if said is None or said == float("inf") or self.case.outcome is None:
            return 0.0 if (said is None or said == float("inf")) and self.case.outcome is None else float("inf")
        return abs(said - self.case.outcome) / (self.case.outcome + before)


@dataclass(frozen=True)
class Score:
    """How well forecasts fit what happened. Errors are medians, of total labels where nothing else is said.

    Attributes:
        cases: how many.
        reached: in how many of these the target was reached within the replay.
        coverage: share of ranges that contain the outcome.
        reached_coverage: the same over those reached within the replay.
        error: relative error of the middle, over the cases that were reached.
        further_error: the same, against the further labels alone.
        within_error: the same of the middle of the futures within the replay.
        within_further_error: the same, against the further labels alone.
        foresight_error: error of whoever knew the future of the check set, over the cases that were reached.
        said: in how many cases the forecast named a number of labels that the replay had.
        said_error: relative error over these cases, infinite for each where the target was not reached.
        said_coverage: share of the ranges of these cases that contain the outcome.
    """

    cases: int
    reached: int
    coverage: float
    reached_coverage: float
    error: float
    further_error: float
    within_error: float
    within_further_error: float
    foresight_error: float
    said: int
    said_error: float
    said_coverage: float


def cases(run: Run, judge: Judge = "truth") -> list[Case]:
    """Every language, checkpoint and target above the accuracy that judges at that time."""
    estimates = _moving_average(run.check)
    judging, items = (estimates, run.checked) if judge == "check set" else (_moving_average(run.test), run.tested)
    found = []
    for checkpoint, start in _starts(run):
        for column, language in enumerate(run.languages):
            accuracy, estimate = judging[:, column], estimates[:, column]
            for target in _TARGETS[accuracy[start] < _TARGETS]:
                known = _outcome(run, estimate, start, target)
                found.append(
                    Case(
                        run.task,
                        language,
                        checkpoint,
                        float(target),
                        float(estimate[start]),
                        _outcome(run, accuracy, start, target),
                        int(run.labels[-1]) - checkpoint,
                        _is_fragile(run, accuracy, start, target, int(items[column])),
                        float("inf") if known is None else float(known),
                    )
                )
    return found


def answers(run: Run, judge: Judge = "truth") -> Iterator[Answer]:
    """The forecast for every case."""
    fitted = {checkpoint: _fitted(run, start, judge) for checkpoint, start in _starts(run)}
    for case in cases(run, judge):
        curves = fitted[case.checkpoint]
        said, times = curves.forecast(case.language, case.target), curves.times(case.language, case.target)
        if said is not None and times is not None:
            within = times[(times > 0) & (times <= case.end)]
            yield Answer(case, said, float(np.median(within)) if len(within) else None)


def score(given: Sequence[Answer]) -> Score:
    """Coverage and errors over some answers, at least one."""
    reached = [each for each in given if each.case.outcome is not None]
    said = [each for each in given if each.says_within]
    return Score(
        cases=len(given),
        reached=len(reached),
        coverage=_mean([each.contains for each in given]),
        reached_coverage=_mean([each.contains for each in reached]),
        error=_median([each.error(each.forecast.middle, each.case.checkpoint) for each in reached]),
        further_error=_median([each.error(each.forecast.middle, 0) for each in reached]),
        within_error=_median([each.error(each.middle_within, each.case.checkpoint) for each in reached]),
        within_further_error=_median([each.error(each.middle_within, 0) for each in reached]),
        foresight_error=_median([each.error(each.case.foresight, each.case.checkpoint) for each in reached]),
        said=len(said),
        said_error=_median([each.error(each.forecast.middle, each.case.checkpoint) for each in said]),
        said_coverage=_mean([each.contains for each in said]),
    )


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _median(values: Sequence[float]) -> float:
    return float(np.median(values)) if values else float("nan")


def _starts(run: Run) -> list[tuple[int, int]]:
    """Labels at each checkpoint that the replay goes beyond, and its row."""
    rows = {int(labels): row for row, labels in enumerate(run.labels)}
    return [(each, rows[each]) for each in CHECKPOINTS if each in rows and rows[each] < len(run.labels) - 1]


def _fitted(run: Run, row: int, judge: Judge) -> FittedCurves:
    def by_language(values: NDArray[np.generic]) -> dict[str, Any]:
        return dict(zip(run.languages, values.tolist(), strict=True))

    checked = by_language(run.checked.astype(float))
    history = [
        CurvePoint(by_language(run.counts[each]), by_language(run.check[each]), checked) for each in range(row + 1)
    ]
    yardstick: Yardstick = by_language(run.tested.astype(float)) if judge == "test set" else judge
    return fit_curves(history, by_language(run.pool - run.counts[row]), yardstick=yardstick)


def _outcome(run: Run, smooth: Table, start: int, target: float) -> int | None:
    later = np.flatnonzero(smooth[start + 1 :] >= target)
    return int(run.labels[start + 1 + later[0]] - run.labels[start]) if len(later) else None


def _is_fragile(run: Run, smooth: Table, start: int, target: float, items: int) -> bool:
    half = 0.5 * float(np.sqrt(smooth[start] * (1 - smooth[start]) / items))
    end = int(run.labels[-1] - run.labels[start])
    early, late = (_outcome(run, smooth, start, target + change) for change in (-half, half))
    soonest = end if early is None else early
    latest = end if late is None else late
    return latest - soonest > 0.3 * (int(run.labels[start]) + soonest)


def _moving_average(accuracy: Table) -> Table:
    return np.array([accuracy[max(0, row + 1 - WINDOW) : row + 1].mean(axis=0) for row in range(len(accuracy))])

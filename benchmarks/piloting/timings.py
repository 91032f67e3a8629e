"""How long things took."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lamm_core.records import Round
from lamm_core.workflow.status import RoundHistory
from piloting.logs import AnnotatorLog


@dataclass(frozen=True)
class Spread:
    """Wall-clock seconds of something that happened often; zeros where it never did."""

    count: int
    median: float
    p95: float


@dataclass(frozen=True)
class Timings:
    """Wall-clock seconds.

    Attributes:
        importing: reading the file and storing its rows.
        embedding: embedding pool and check set, in the first round.
        fitting, selecting, queueing: the steps of a round; the first round fits nothing, so it has no fit.
        whole_round: from the decision to start a round to its end, the start of its process included, first round left
            out.
        claiming, submitting: as an annotator meets them.
        waiting: longest time that one annotator had nothing to label, in all.
        labelling: from the start of the annotators' processes to their end.
        total: the whole pilot.
    """

    importing: float
    embedding: float
    fitting: Spread
    selecting: Spread
    queueing: Spread
    whole_round: Spread
    claiming: Spread
    submitting: Spread
    waiting: float
    labelling: float
    total: float


def collect_timings(
    history: Sequence[RoundHistory], logs: Sequence[AnnotatorLog], *, importing: float, labelling: float, total: float
) -> Timings:
    """What the rounds and the annotators noted, beside what the pilot itself measured.

    Args:
        history: all finished rounds, oldest first.
        logs: one log an annotator.
    """
    rounds = [each.round for each in history]
    fitted = [each.round for each in history if each.model is not None]
    return Timings(
        importing=importing,
        embedding=rounds[0].seconds_embed or 0.0,
        fitting=_spread([each.seconds_fit or 0.0 for each in fitted]),
        selecting=_spread([each.seconds_select or 0.0 for each in fitted]),
        queueing=_spread([each.seconds_queue or 0.0 for each in rounds]),
        whole_round=_spread([_whole(each) for each in rounds[1:]]),
        claiming=_spread([claim.seconds for log in logs for claim in log.claims]),
        submitting=_spread([label.seconds for log in logs for label in log.labels]),
        waiting=max(log.waited for log in logs),
        labelling=labelling,
        total=total,
    )


def _spread(seconds: Sequence[float]) -> Spread:
    if not seconds:
        return Spread(0, 0.0, 0.0)
    return Spread(len(seconds), float(np.median(seconds)), float(np.percentile(seconds, 95)))


def _whole(round_: Round) -> float:
    return (round_.finished_at - round_.started_at).total_seconds() if round_.finished_at else 0.0

"""Where the pool of a round is: what it gives to a round, and how a batch is chosen from it."""

from dataclasses import dataclass
from typing import Protocol

from lamm_core.model.classifier import Classifier
from lamm_core.records import NewItem, Project, Round
from lamm_core.selection import Selection
from lamm_core.workflow.check_figures import CheckFigures
from lamm_core.workflow.heartbeat import Heartbeat
from lamm_core.workflow.preparing import PreparedVectors
from lamm_core.workflow.round_data import RoundData
from lamm_core.workflow.workspace import Workspace


@dataclass(frozen=True, eq=False)
class RoundTexts:
    """What a round works on, ready to be learnt from.

    Attributes:
        data: the items of the project.
        vectors: their prepared vectors.
        preparation: name of the folder of the preparation that made them.
        sizes: language to the number of texts in its pool.
    """

    data: RoundData
    vectors: PreparedVectors
    preparation: str
    sizes: dict[str, int]


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch that was chosen.

    Attributes:
        selection: the choice; None when the queue is full or the pool is empty. Its indices are positions in the pool
            of the round's data, or in `arrivals`, where there are any.
        suggested: class that the model predicts for each item of the selection; empty without a model.
        arrivals: the chosen texts in the order of the selection, where the project does not have them yet.
    """

    selection: Selection | None = None
    suggested: tuple[str, ...] = ()
    arrivals: tuple[NewItem, ...] = ()


class PoolSource(Protocol):
    """A pool: that of the database, or one that stays in files."""

    def texts(self, workspace: Workspace, project: Project, pulse: Heartbeat) -> RoundTexts:
        """Embed what is new, set check texts apart, and prepare all that the round learns from."""
        ...

    def next_batch(
        self,
        workspace: Workspace,
        project: Project,
        round_: Round,
        texts: RoundTexts,
        classifier: Classifier | None,
        figures: CheckFigures,
        pulse: Heartbeat,
    ) -> Batch:
        """Choose the next batch; without a model, a first one."""
        ...

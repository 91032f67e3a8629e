"""The pulse of a round."""

import os
import socket
from collections.abc import Callable

from lamm_core.records import Round
from lamm_core.storage import rounds
from lamm_core.workflow.pulse import EMBEDDING, Pulse
from lamm_core.workflow.workspace import Workspace, utc_now

Report = Callable[[str, float], None]
# Embedding takes by far the longest, so it gets the first part of the progress bar.
_EMBEDDING_PART = 0.5


class Heartbeat(Pulse):
    """Context in which a round works. One that was declared dead notices at its next stage.

    Args:
        round_: the round that this process performs.
        report: also called with (stage, progress 0 to 1) at each change.
    """

    def __init__(self, workspace: Workspace, round_: Round, report: Report | None = None) -> None:
        super().__init__(f"round {round_.number}")
        self._workspace = workspace
        self._round = round_
        self._report = report

    def stage(self, name: str, progress: float) -> None:
        """Say what the round does now, and how far it is (0 to 1).

        Raises:
            RoundSuperseded: the round was declared dead in the meantime.
        """
        self._say(name, progress)
        if self._report:
            self._report(name, progress)

    def embedding(self, done: int, total: int) -> None:
        """Progress of the embedding, for `embed_missing`."""
        stage = EMBEDDING.format(done=done, all=total)
        self._stage, self._progress = stage, _EMBEDDING_PART * done / total
        if self._report:
            self._report(self._stage, self._progress)

    def _beat(self) -> None:
        with self._workspace.database.write() as connection:
            rounds.beat(
                connection,
                self._round.id,
                self._round.attempt,
                utc_now(),
                stage=self._stage,
                progress=self._progress,
                host=socket.gethostname(),
                process_id=os.getpid(),
            )

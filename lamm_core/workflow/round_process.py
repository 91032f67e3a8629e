"""The process that performs one round: `python -m lamm_core.workflow.round_process ROUND ATTEMPT`.

It never imports streamlit, and works at a lower priority, so that labelling stays quick while a model is fitted.
"""

import logging
import os
import sys
from pathlib import Path

from lamm_core.errors import LammError
from lamm_core.settings import HOME_VARIABLE
from lamm_core.storage import projects, rounds
from lamm_core.workflow.rounds import perform_round
from lamm_core.workflow.workspace import open_workspace

_NICENESS = 10


def main(round_id: int, attempt: int) -> int:
    """Perform the round; returns the exit code. What went wrong is stored with the round."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.nice(_NICENESS)
    workspace = open_workspace(Path(os.environ[HOME_VARIABLE]))
    with workspace.database.read() as connection:
        round_ = rounds.get_round(connection, round_id)
        project = projects.get_project(connection, round_.project_id)
    if project is None or round_.attempt != attempt:
        logging.error("round %s, attempt %s is not there to be performed", round_id, attempt)
        return 1
    try:
        done = perform_round(workspace, project, round_)
    except LammError as error:
        logging.error("round %s of project %s failed: %s", round_.number, project.id, error)  # noqa: TRY400 - no bug, no trace
        return 1
    logging.info("round %s of project %s done on %s labels", done.number, project.id, done.labels)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))

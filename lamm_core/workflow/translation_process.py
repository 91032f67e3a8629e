"""The process that translates for one project: `python -m lamm_core.workflow.translation_process PROJECT`.

It never imports streamlit, and works at a lower priority, so that labelling stays quick meanwhile.
"""

import logging
import os
import sys
from pathlib import Path

from lamm_core.errors import LammError, TranslationRunning
from lamm_core.settings import HOME_VARIABLE
from lamm_core.storage import projects
from lamm_core.workflow.fault import FAULT
from lamm_core.workflow.translating import translate_labels
from lamm_core.workflow.translation_runs import note_failure
from lamm_core.workflow.workspace import open_workspace

_NICENESS = 10


def main(project_id: int) -> int:
    """Translate; returns the exit code. What went wrong is kept for the page that started it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.nice(_NICENESS)
    workspace = open_workspace(Path(os.environ[HOME_VARIABLE]))
    with workspace.database.read() as connection:
        project = projects.get_project(connection, project_id)
    if project is None:
        logging.error("project %s is not there to be translated", project_id)
        return 1
    try:
        result = translate_labels(workspace, project)
    except TranslationRunning:
        # Two were started at the same moment; the other one does the work, so nothing has failed.
        logging.info("project %s is being translated already", project.id)
        return 0
    except LammError as error:
        logging.error("translating for project %s stopped: %s", project.id, error)  # noqa: TRY400 - no bug, no trace
        note_failure(workspace, project, str(error))
        return 1
    except Exception as error:
        note_failure(workspace, project, FAULT.format(kind=type(error).__name__, reason=error))
        raise
    logging.info("project %s: %s", project.id, result.summary)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

"""The process that translates for one project: `python -m lamm_core.workflow.translation_process PROJECT`.

It never imports streamlit, and works at a lower priority, so that labelling stays quick meanwhile.
"""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lamm_core.actors import Role
from lamm_core.errors import LammError, TranslationRunning
from lamm_core.records import Project
from lamm_core.settings import HOME_VARIABLE
from lamm_core.storage import projects
from lamm_core.workflow.fault import FAULT
from lamm_core.workflow.rights import needs
from lamm_core.workflow.translating import Progress, TranslationResult, translate_labels
from lamm_core.workflow.translation_runs import note_failure
from lamm_core.workflow.workspace import Workspace, open_workspace

_NICENESS = 10


@needs(Role.MANAGER)
def translate_and_note(
    workspace: Workspace,
    project: Project,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> TranslationResult:
    """Translate what is labelled; what goes wrong is kept for the page that started it.

    Args:
        progress, cancelled: see `translate_labels`.

    Raises:
        TranslationRunning, TranslationStopped, TranslatorUnavailable: see `translate_labels`.
    """
    try:
        return translate_labels(workspace, project, progress, cancelled)
    except TranslationRunning:
        raise
    except LammError as error:
        note_failure(workspace, project, str(error))
        raise
    except Exception as error:
        note_failure(workspace, project, FAULT.format(kind=type(error).__name__, reason=error))
        raise


def main(project_id: int) -> int:
    """Translate; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.nice(_NICENESS)
    workspace = open_workspace(Path(os.environ[HOME_VARIABLE]))
    with workspace.database.read() as connection:
        project = projects.get_project(connection, project_id)
    if project is None:
        logging.error("project %s is not there to be translated", project_id)
        return 1
    try:
        result = translate_and_note(workspace, project)
    except TranslationRunning:
        # Two were started at the same moment; the other one does the work, so nothing has failed.
        logging.info("project %s is being translated already", project.id)
        return 0
    except LammError as error:
        logging.error("translating for project %s stopped: %s", project.id, error)  # noqa: TRY400 - no bug, no trace
        return 1
    logging.info("project %s: %s", project.id, result.summary)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

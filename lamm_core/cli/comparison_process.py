"""The process behind the page Compare: `python -m lamm_core.cli.comparison_process COMPARISON`.

It does what `lamm backtest` does, never imports streamlit, and works at a lower priority and on half of the cores, so
that labelling stays quick meanwhile.
"""

import logging
import os
import sys
from pathlib import Path

from lamm_core.comparing import perform_comparison
from lamm_core.errors import ComparisonCancelled, LammError
from lamm_core.settings import HOME_VARIABLE
from lamm_core.storage import comparisons, projects
from lamm_core.workflow.workspace import open_workspace

_NICENESS = 10


def main(comparison_id: int) -> int:
    """Compare; returns the exit code. What went wrong is stored with the comparison."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.nice(_NICENESS)
    workspace = open_workspace(Path(os.environ[HOME_VARIABLE]))
    with workspace.database.read() as connection:
        comparison = comparisons.find_comparison(connection, comparison_id)
        project = projects.get_project(connection, comparison.project_id) if comparison else None
    if comparison is None or project is None:
        logging.error("comparison %s is not there to be performed", comparison_id)
        return 1
    try:
        perform_comparison(workspace, project, comparison, half_of_the_cores())
    except ComparisonCancelled:
        logging.info("comparison %s of project %s was cancelled", comparison.id, project.id)
        return 1
    except LammError as error:
        logging.error("comparison %s of project %s failed: %s", comparison.id, project.id, error)  # noqa: TRY400 - no bug, no trace
        return 1
    logging.info("comparison %s of project %s is done", comparison.id, project.id)
    return 0


def half_of_the_cores() -> int:
    """How many processes replay beside people who label."""
    return max(1, (os.cpu_count() or 1) // 2)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

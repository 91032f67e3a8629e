"""A pilot on real data: several annotators label at once, through the same calls as the browser.

The pool of a benchmark task is imported with its labels hidden; annotators in processes of their own answer from the
hidden labels while rounds run beside them. At the end the logs of the annotators are held against the export.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from lamm_core.cli.shell import console
from lamm_core.errors import LammError
from lamm_core.experiments.tasks import TaskData, load_task
from lamm_core.workflow import automatic
from lamm_core.workflow.status import round_history
from lamm_core.workflow.workspace import Workspace
from piloting.annotators import annotate_together
from piloting.checks import find_faults
from piloting.figures import measure_languages
from piloting.memory import MemoryWatch
from piloting.plan import Plan, check_plan
from piloting.project import export, import_task, open_home, pool_classes
from piloting.report import PilotReport
from piloting.showing import show
from piloting.timings import collect_timings
from piloting.waiting import wait_for_round

TASK = "catalogue-7"
_FIRST_ROUND = 3600.0  # seconds for the round that embeds every text

Say = Callable[[str], None]


def _say_nothing(line: str) -> None:
    """Take a sentence that nobody asked for."""


def run_pilot(workspace: Workspace, data: TaskData, plan: Plan, say: Say = _say_nothing) -> PilotReport:
    """Import, label, and check; a second pilot needs another home.

    Args:
        data: the task; all its classes are known here, and the annotators alone get those of the pool.
        say: called with a sentence at each step.

    Raises:
        InvalidInput: the plan asks for more labels than the pool has items, or for none, or for no annotator.
        PilotStopped: a text was not imported, a round failed, or nothing came to be labelled.
    """
    check_plan(plan, data)
    began = time.monotonic()
    truth = pool_classes(data)
    with MemoryWatch() as memory:
        say(f"Importing {len(data.pool):,} pool texts and {len(data.check):,} check texts.")
        project = import_task(workspace, data, plan)
        imported = time.monotonic()

        say("Round 1 embeds the texts and draws the first batch by chance.")
        automatic.start_round_if_due(workspace, project)
        wait_for_round(workspace, project, _FIRST_ROUND)

        say(f"{plan.annotators} annotators give {plan.labels:,} labels.")
        labelling_began = time.monotonic()
        logs = annotate_together(workspace, project, truth, plan)
        labelling_ended = time.monotonic()

        say("One more round, on all labels.")
        wait_for_round(workspace, project)
        automatic.start_round(workspace, project)
        wait_for_round(workspace, project)

    faults = find_faults(logs, export(workspace, project), truth)
    history = round_history(workspace, project)
    seconds = collect_timings(
        history,
        logs,
        importing=imported - began,
        labelling=labelling_ended - labelling_began,
        total=time.monotonic() - began,
    )

    say("Measuring the first and the last model.")
    models = [each.model for each in history if each.model is not None]
    return PilotReport(
        plan=plan,
        target=data.task.target,
        labels=sum(len(log.labels) for log in logs),
        rounds=len(history),
        first_labels=models[0].labels,
        last_labels=models[-1].labels,
        faults=faults,
        languages=measure_languages(workspace, project, data, models),
        seconds=seconds,
        memory=memory.peaks,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the pilot; 0 if all held, 1 if an item was handed out twice or a label lost, 2 if it could not be run."""
    options = _parser().parse_args(arguments)
    errors = console(errors=True)
    plan = Plan(labels=options.labels, annotators=options.annotators)
    try:
        if options.json is not None:
            options.json.absolute().parent.mkdir(parents=True, exist_ok=True)  # before the work, not after it
        data = load_task(TASK, options.data)
        with ExitStack() as stack:
            home = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lamm-pilot-")))
            workspace = open_home(home.absolute())
            stack.callback(workspace.close)
            report = run_pilot(workspace, data, plan, errors.print)
        if options.json is not None:
            options.json.write_text(json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n", "utf-8")
    except (LammError, OSError) as error:
        errors.print(f"pilot: {error}")
        return 2
    show(report, console())
    return 1 if report.faults.all else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pilot.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of the research files")
    parser.add_argument("--labels", type=int, default=Plan.labels, metavar="N", help="labels to store (%(default)s)")
    parser.add_argument(
        "--annotators", type=int, default=Plan.annotators, metavar="N", help="processes that label (%(default)s)"
    )
    parser.add_argument(
        "--home", type=Path, metavar="DIR", help="data folder to use and keep; without it, a temporary one"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a JSON file as well")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""How long a label takes: from the key to the next text on the screen, and until the label is stored.

A real server and a real browser; other people are simulated over real websockets. At the end of each run the database
is held against what people were told.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from lamm_core.cli.shell import console
from lamm_core.errors import LammError
from timing_labels.plan import Case, plan_runs
from timing_labels.report import as_json, show
from timing_labels.running import perform


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 0 if every label held, 1 if one was lost or doubled, 2 if it could not be run."""
    options = _parser().parse_args(arguments)
    errors = console(errors=True)
    try:
        if options.json is not None:
            options.json.absolute().parent.mkdir(parents=True, exist_ok=True)  # before the work, not after it
        runs = list(plan_runs(options.cases, options.users, options.labels, options.throughput_labels, options.seed))
        with ExitStack() as stack:
            home = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lamm-labelling-")))
            reports = [perform(run, home.absolute() / run.name, errors.print) for run in runs]
        if options.json is not None:
            options.json.write_text(json.dumps(as_json(reports), indent=1) + "\n", "utf-8")
    except (LammError, OSError) as error:
        errors.print(f"labelling: {error}", markup=False)
        return 2
    show(reports, console())
    return 0 if all(each.is_whole for each in reports) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="labelling.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a JSON file as well")
    parser.add_argument(
        "--labels", type=int, default=40, metavar="N", help="labels of the person in the browser (%(default)s)"
    )
    parser.add_argument("--users", type=int, nargs="+", default=[1, 25], metavar="N", help="sizes of the team (1 25)")
    parser.add_argument(
        "--cases",
        type=_cases,
        default=list(Case),
        metavar="CASES",
        help=f"what is measured, with commas between ({','.join(Case)})",
    )
    parser.add_argument(
        "--throughput-labels",
        type=int,
        default=1500,
        metavar="N",
        help="labels of all people together, as fast as they are acknowledged (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of texts, classes and pauses (%(default)s)")
    parser.add_argument(
        "--home", type=Path, metavar="NEW_FOLDER", help="data folder to use and keep; without it, a temporary one"
    )
    return parser


def _cases(text: str) -> list[Case]:
    try:
        return [Case(each) for each in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; the cases are {', '.join(Case)}") from error


if __name__ == "__main__":
    sys.exit(main())

"""The app with a million texts and a hundred thousand labels, beside the same app with a hundredth of both.

Real servers on databases of their own; pages are opened as a browser opens them, and labels given as the card gives
them, in turn on the small and on the large project, so that what else the machine does falls on both.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from lamm_core.cli.shell import console
from lamm_core.errors import LammError
from timing_pages.report import show
from timing_pages.running import perform
from timing_pages.size import LARGE, SMALL
from timing_teams.plan import Engine


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 0 if it could be run, 2 if not."""
    options = _parser().parse_args(arguments)
    errors = console(errors=True)
    sizes = (SMALL, replace(LARGE, items=options.items, labels=options.labels))
    try:
        if options.json is not None:
            options.json.absolute().parent.mkdir(parents=True, exist_ok=True)  # before the work, not after it
        with ExitStack() as stack:
            home = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lamm-pages-")))
            reports = [
                report
                for engine in options.engines
                for report in perform(engine, sizes, home.absolute() / engine, options.times, errors.print)
            ]
        if options.json is not None:
            options.json.write_text(json.dumps([asdict(each) for each in reports], indent=1) + "\n", "utf-8")
    except (LammError, OSError) as error:
        errors.print(f"big_project: {error}", markup=False)
        return 2
    show(reports, console())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="big_project.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a JSON file as well")
    parser.add_argument("--items", type=int, default=LARGE.items, metavar="N", help="texts (%(default)s)")
    parser.add_argument("--labels", type=int, default=LARGE.labels, metavar="N", help="labels (%(default)s)")
    parser.add_argument("--times", type=int, default=5, metavar="N", help="how often a page is run again (%(default)s)")
    parser.add_argument(
        "--engines",
        type=lambda text: [Engine(each) for each in text.split(",")],
        default=list(Engine),
        metavar="ENGINES",
        help=f"databases, with commas between ({','.join(Engine)})",
    )
    parser.add_argument(
        "--home", type=Path, metavar="NEW_FOLDER", help="data folder to use and keep; without it, a temporary one"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

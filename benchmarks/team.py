"""A team at work: many annotators in several languages, signed in, for minutes, on one server or several.

A real server, real sessions and real websockets; rounds fit models meanwhile. At the end the database is held against
what people were told.
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
from timing_teams.plan import Engine, TeamRun
from timing_teams.report import as_json, show
from timing_teams.running import perform


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; 0 if every label held without an error, 1 if not, 2 if it could not be run."""
    options = _parser().parse_args(arguments)
    errors = console(errors=True)
    try:
        if options.json is not None:
            options.json.absolute().parent.mkdir(parents=True, exist_ok=True)  # before the work, not after it
        with ExitStack() as stack:
            home = options.home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lamm-team-")))
            reports = [
                perform(
                    TeamRun(engine, options.people, 60 * options.minutes, options.servers, options.seed),
                    home.absolute() / engine,
                    errors.print,
                )
                for engine in options.engines
            ]
        if options.json is not None:
            options.json.write_text(json.dumps(as_json(reports), indent=1) + "\n", "utf-8")
    except (LammError, OSError) as error:
        errors.print(f"team: {error}", markup=False)
        return 2
    show(reports, console())
    return 0 if all(each.is_whole for each in reports) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="team.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a JSON file as well")
    parser.add_argument("--people", type=int, default=25, metavar="N", help="annotators (%(default)s)")
    parser.add_argument("--minutes", type=float, default=10, metavar="N", help="how long they work (%(default)s)")
    parser.add_argument("--servers", type=int, default=1, metavar="N", help="app processes on the data (%(default)s)")
    parser.add_argument(
        "--engines",
        type=lambda text: [Engine(each) for each in text.split(",")],
        default=list(Engine),
        metavar="ENGINES",
        help=f"databases, with commas between ({','.join(Engine)})",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of texts, classes and pauses (%(default)s)")
    parser.add_argument(
        "--home", type=Path, metavar="NEW_FOLDER", help="data folder to use and keep; without it, a temporary one"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

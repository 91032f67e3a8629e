"""LAMM beside modAL, scikit-activeml and small-text: time, processor time and memory on the same data, in one run.

Everything is done with one thread, in a fresh process each time, and in turns. Linux only.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from lamm_core.cli.shell import console
from lamm_core.errors import LammError
from scaling.choosing import UNCERTAINTIES_MEASURED
from scaling.contenders import CONTENDERS
from scaling.costs import only_one_thread
from scaling.labelled_sets import labelled_sets
from scaling.measurements import MEASUREMENTS, Plan
from scaling.profiles import profiles
from scaling.report import Report, tables


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 if everything was done, whether or not targets are met, 2 if it could not be."""
    options = _parser().parse_args(arguments)
    errors = console(errors=True)
    only_one_thread()
    missing = [name for name, each in CONTENDERS.items() if not each.is_installed]
    if missing:
        errors.print(f"Not installed, and left out: {', '.join(missing)}; pip install 'lamm\\[bench]' brings them.")
    if options.data is None and "fit" in options.only:
        errors.print("Without --data, models are fitted on made-up labels alone.")
    try:
        with ExitStack() as stack:
            plan = _plan(options, stack, missing)
            load, report = os.getloadavg()[0], Report()
            for name in options.only:
                found = MEASUREMENTS[name](plan)
                report += found
                for table in tables(found):
                    console().print(table)
            if options.json is not None:
                content = {"load_before": load, "load_after": os.getloadavg()[0], "left_out": missing} | asdict(report)
                options.json.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
            if options.profile is not None:
                options.profile.write_text(_profiles(plan), "utf-8")
    except (LammError, OSError) as error:
        errors.print(f"scale: {error}", markup=False)
        return 2
    return 0


def _plan(options: argparse.Namespace, stack: ExitStack, missing: Sequence[str]) -> Plan:
    scratch = options.scratch or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lamm-scale-")))
    scratch.mkdir(parents=True, exist_ok=True)
    return Plan(
        scratch=scratch,
        data=options.data,
        libraries=[name for name in CONTENDERS if name not in missing],
        uncertainties=options.uncertainties,
        rows=options.rows,
        disk_rows=options.disk_rows,
        repeats=options.repeats,
        seed=options.seed,
    )


def _profiles(plan: Plan) -> str:
    pool, disk_pool = plan.pool(plan.rows), plan.pool(plan.disk_rows)
    pool.write()
    disk_pool.write()
    return profiles(pool, disk_pool, *labelled_sets(plan.scratch, None, plan.seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scale.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a JSON file as well")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="write to a file where LAMM's time goes")
    parser.add_argument(
        "--only", nargs="+", default=list(MEASUREMENTS), choices=list(MEASUREMENTS), help="measurements (all)"
    )
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="how often each is done (%(default)s)")
    parser.add_argument(
        "--uncertainties",
        nargs="+",
        default=["entropy"],
        choices=UNCERTAINTIES_MEASURED,
        help="by what items are chosen (entropy)",
    )
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="folder on a disk, with 3.5 GB to spare; kept")
    parser.add_argument("--data", type=Path, metavar="DIR", help="labelled files of the benchmark tasks")
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="items in memory (%(default)s)")
    parser.add_argument("--disk-rows", type=int, default=1_000_000, metavar="N", help="items on disk (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="what made-up data comes from (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())

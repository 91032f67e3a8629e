"""The benchmark's tasks: which rows of a labelled file are the pool, which check, and which measure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lamm_core.errors import MissingColumn, UnknownTask, UnreadableFile
from lamm_core.experiments.parallel_rows import find_translations
from lamm_core.experiments.translations import Translations

_PROJECT_FOLDER = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Layout:
    """What the columns of a file and the parts of its split are called.

    Attributes:
        id: column that identifies a row.
        language: column of the language.
        text: column of the text.
        label: column of the class.
        split: column that says which part a row belongs to.
        pool, check, test: name of each part in the split column.
        parallel: column of an id that rows of the same meaning share; needed only where translations are used.
    """

    id: str = "id"
    language: str = "lang"
    text: str = "text"
    label: str = "label"
    split: str = "split"
    pool: str = "pool"
    check: str = "dev"
    test: str = "test"
    parallel: str = "parallel_id"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that a file must have."""
        return (self.id, self.language, self.text, self.label, self.split)


@dataclass(frozen=True)
class BenchmarkTask:
    """One way to draw a pool from a labelled file, and how far to label it.

    Attributes:
        name: the name on the command line and in results.
        file: file name inside the data folder.
        shares: language to share of the pool, in the order in which the pool is drawn.
        pool_size: rows of the pool that the shares speak of; None takes the whole pool of every language.
        target: accuracy to reach in every language, 0 to 1.
        labels: labels to spend in all, the first ones included.
        first: labels of the first, random batch.
        batch: labels of every later batch.
        layout: what the columns are called.
        folder: folder of the file where it is not the data folder.
    """

    name: str
    file: str
    shares: Mapping[str, float]
    pool_size: int | None
    target: float
    labels: int
    first: int = 100
    batch: int = 50
    layout: Layout = field(default=Layout())
    folder: Path | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in the order in which the pool is drawn."""
        return tuple(self.shares)


@dataclass(frozen=True, eq=False)
class TaskData:
    """The rows of a task: its pool first, then the check rows, then the test rows, then those that only translate.

    Attributes:
        task: the task they were drawn for.
        texts: `(n,)` texts.
        classes: `(n,)` true classes.
        languages: `(n,)` languages.
        rows: `(n,)` position of each row in the file; the ids of the items.
        pool: `(p,)` positions in these arrays of the items that can be labelled, in the order drawn.
        check: positions of the rows whose accuracy a strategy sees.
        test: positions of the rows that measure; no strategy sees them.
        translations: which rows translate items of the pool; None where translations are not used.
    """

    task: BenchmarkTask
    texts: NDArray[np.object_]
    classes: NDArray[np.str_]
    languages: NDArray[np.str_]
    rows: NDArray[np.intp]
    pool: NDArray[np.intp]
    check: NDArray[np.intp]
    test: NDArray[np.intp]
    translations: Translations | None = None


def _equal(*languages: str) -> dict[str, float]:
    return dict.fromkeys(languages, 1 / len(languages))


_CATALOGUE = "software_catalogue.parquet"
_SIB_LANGUAGES = ("en", "fr", "de", "pt", "ja", "es", "zh", "ar", "hi", "sw", "th", "yo", "am", "fi")
# The built-in project has no test rows of its own, so its check rows measure as well.
_SAMPLE_LAYOUT = Layout(language="language", label="class", check="check", test="check")

TASKS: dict[str, BenchmarkTask] = {
    task.name: task
    for task in (
        BenchmarkTask(
            "catalogue-7",
            _CATALOGUE,
            {"en": 0.70, "fr": 0.10, "de": 0.08, "ja": 0.04, "pt": 0.04, "ru": 0.02, "pl": 0.02},
            pool_size=10_000,
            target=0.70,
            labels=1_500,
        ),
        BenchmarkTask(
            "catalogue-5",
            _CATALOGUE,
            {"en": 0.77, "fr": 0.094, "de": 0.062, "ja": 0.035, "pt": 0.033},
            pool_size=7_000,
            target=0.90,
            labels=1_000,
        ),
        BenchmarkTask(
            "catalogue-10",
            _CATALOGUE,
            {
                "en": 0.55,
                "fr": 0.10,
                "de": 0.08,
                "da": 0.08,
                "sk": 0.05,
                "uk": 0.04,
                "ja": 0.03,
                "pt": 0.03,
                "ru": 0.02,
                "pl": 0.02,
            },
            pool_size=10_000,
            target=0.70,
            labels=1_500,
        ),
        BenchmarkTask("sib-14", "sib200.parquet", _equal(*_SIB_LANGUAGES), pool_size=None, target=0.80, labels=1_000),
        BenchmarkTask(
            "sample",
            "catalogue.csv",
            {"en": 0.774, "fr": 0.094, "de": 0.063, "ja": 0.035, "pt": 0.034},
            pool_size=None,
            target=0.75,
            labels=500,
            layout=_SAMPLE_LAYOUT,
            folder=_PROJECT_FOLDER / "sample_data",
        ),
    )
}


def find_task(task: str | BenchmarkTask) -> BenchmarkTask:
    """The registered task of that name, or the task itself.

    Raises:
        UnknownTask: no task is registered under the name.
    """
    if isinstance(task, BenchmarkTask):
        return task
    try:
        return TASKS[task]
    except KeyError:
        raise UnknownTask(f"Unknown benchmark task {task!r}; choose one of: {', '.join(TASKS)}.") from None


def load_task(name: str | BenchmarkTask, data: Path, translate: bool = False) -> TaskData:
    """Read a task's file and draw its pool; the same call always gives the same rows.

    The pool is drawn language by language, in the order of `shares`, by one generator with seed 0. Check and test
    rows are all rows of those parts in the task's languages. In `sample`, the built-in project, the check rows serve
    both as check and as test set, so its figures flatter a strategy that follows the check set.

    Args:
        name: a name in `TASKS`, or a task.
        data: folder that holds the research files; `sample` does not look there.
        translate: also find the translations of the pool's items: rows of the pool's part of the split, drawn or not,
            in the task's other languages. Rows that check or measure never serve as translations.

    Raises:
        UnknownTask: no task is registered under the name.
        UnreadableFile: the file is missing, damaged, or has no rows of a language in a part of the split.
        MissingColumn: the file lacks a column; with `translate`, also the one that says which rows are parallel.
    """
    task = find_task(name)
    path = (task.folder or data) / task.file
    table = _read_table(path, task.layout)
    if translate and task.layout.parallel not in table.columns:
        raise MissingColumn(
            f"The benchmark file {path} has no column {task.layout.parallel!r}, which says what translates what."
        )
    language_of = table[task.layout.language].to_numpy(dtype=str)
    split = table[task.layout.split].to_numpy(dtype=str)
    _check_every_part(path, task, language_of, split)

    of_task = np.isin(language_of, task.languages)
    pool = draw_pool(task, language_of, split)
    check = np.flatnonzero(of_task & (split == task.layout.check))
    same = task.layout.check == task.layout.test
    test = check[:0] if same else np.flatnonzero(of_task & (split == task.layout.test))
    translations = None
    if translate:
        of_pool = np.flatnonzero(of_task & (split == task.layout.pool))
        parallel_ids = table[task.layout.parallel].to_numpy(dtype=object)
        translations = find_translations(parallel_ids, language_of, pool, of_pool)
    extra = check[:0] if translations is None else translations.extra
    rows = np.concatenate([pool, check, test, extra])
    positions = np.arange(len(rows))
    place_of = np.zeros(len(table), dtype=np.intp)
    place_of[rows] = positions
    in_check = positions[len(pool) : len(pool) + len(check)]
    return TaskData(
        task=task,
        texts=table[task.layout.text].to_numpy(dtype=object)[rows],
        classes=table[task.layout.label].to_numpy(dtype=str)[rows],
        languages=language_of[rows],
        rows=rows,
        pool=positions[: len(pool)],
        check=in_check,
        test=in_check if same else positions[len(pool) + len(check) : len(rows) - len(extra)],
        translations=None if translations is None else translations.moved(place_of),
    )


def draw_pool(task: BenchmarkTask, language_of: NDArray[np.str_], split: NDArray[np.str_]) -> NDArray[np.intp]:
    """Rows of the pool, `(p,)` positions in the file: language after language, each drawn without replacement.

    Args:
        task: shares and size of the pool.
        language_of: `(n,)` language of each row of the file.
        split: `(n,)` part of the split of each row.
    """
    rng = np.random.default_rng(0)
    drawn = []
    for language, share in task.shares.items():
        rows = np.flatnonzero((language_of == language) & (split == task.layout.pool))
        if task.pool_size is not None:
            rows = rng.choice(rows, min(len(rows), round(task.pool_size * share)), replace=False)
        drawn.append(rows)
    return np.concatenate(drawn)


def _read_table(path: Path, layout: Layout) -> pd.DataFrame:
    if not path.is_file():
        raise UnreadableFile(f"The benchmark file {path} is missing.")
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False) if path.suffix == ".csv" else pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"The benchmark file {path} cannot be read ({type(error).__name__}).") from error
    missing = [column for column in layout.columns if column not in table.columns]
    if missing:
        raise MissingColumn(f"The benchmark file {path} lacks {len(missing)} column(s): {', '.join(missing)}.")
    return table


def _check_every_part(path: Path, task: BenchmarkTask, language_of: NDArray[np.str_], split: NDArray[np.str_]) -> None:
    for part in dict.fromkeys((task.layout.pool, task.layout.check, task.layout.test)):
        present = set(np.unique(language_of[split == part]).tolist())
        absent = [language for language in task.languages if language not in present]
        if absent:
            raise UnreadableFile(f"The benchmark file {path} has no {part!r} rows in: {', '.join(absent)}.")

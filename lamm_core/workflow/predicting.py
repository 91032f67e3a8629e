"""Predict the class of every row of a file, a stretch at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lamm_core.errors import InvalidInput, MissingColumn
from lamm_core.exchange.columns import guess_columns
from lamm_core.exchange.format import RejectedRow
from lamm_core.exchange.reading import TableFile
from lamm_core.model.exported.model import BLOCK, Model
from lamm_core.words import translate as _

PREDICTED, PROBABILITY = "predicted", "probability"
_OF_CLASS = "probability of "
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class FileOfTexts:
    """A file that was looked over: what is to be predicted of it.

    Attributes:
        table: the file.
        columns: those of all its rows, in the order in which they come.
        rows: how many rows it has that can be read.
        rejected: how many cannot be.
        first_rejected: the first of those, with the reason; None where there is none.
        text: column of the texts.
        language: column of their languages; None where there is none.
    """

    table: TableFile
    columns: tuple[str, ...]
    rows: int
    rejected: int
    first_rejected: RejectedRow | None
    text: str
    language: str | None


def look_over(table: TableFile, text: str | None = None, language: str | None = None) -> FileOfTexts:
    """Read a file once, so that what is wrong with it is told before hours of work.

    Args:
        text: column of the texts; None finds it by the usual names.
        language: column of their languages; None finds it by the usual names, if there is one.

    Raises:
        UnreadableFile: the file cannot be read.
        MissingColumn: there is no such column.
        InvalidInput: a column has the name of one that predictions get.
    """
    columns: dict[str, None] = {}
    first_rejected: RejectedRow | None = None
    rows = rejected = 0
    for chunk in table.chunks():
        columns |= dict.fromkeys(chunk.table.columns)
        rows += len(chunk.table)
        rejected += len(chunk.rejected)
        first_rejected = first_rejected or next(iter(chunk.rejected), None)
    _check_columns(table.title, columns, text, language)
    guess = guess_columns(columns if text is None else [*columns, "text"])
    return FileOfTexts(
        table=table,
        columns=tuple(columns),
        rows=rows,
        rejected=rejected,
        first_rejected=first_rejected,
        text=text or guess.text,
        language=language or guess.language,
    )


def _check_columns(title: str, columns: Iterable[str], text: str | None, language: str | None) -> None:
    for name in columns:
        if name in (PREDICTED, PROBABILITY) or name.startswith(_OF_CLASS):
            raise InvalidInput(_("{file!r} has a column {column!r} already; rename it.", file=title, column=name))
    for wanted in (text, language):
        if wanted is not None and wanted not in columns:
            known = ", ".join(columns)
            raise MissingColumn(
                _("{file!r} has no column {column!r}; it has: {known}.", file=title, column=wanted, known=known)
            )


def predict_file(
    model: Model,
    file: FileOfTexts,
    *,
    language: str | None = None,
    probabilities: bool = False,
    progress: Progress | None = None,
) -> Iterator[pd.DataFrame]:
    """The rows of a file with what the model predicts, some thousand at a time.

    Args:
        language: of all rows; None takes it from the file's column.
        probabilities: add the probability of each class.
        progress: called with (rows done, rows to do) before the first and after each stretch.

    Yields:
        The file's columns, then `predicted` and `probability` (of the predicted class), then with `probabilities` one
        column `probability of CLASS` for each. They are empty in a row without a text.

    Raises:
        UnreadableFile: the file cannot be read any more.
        EncoderUnavailable: the model's encoder cannot be loaded.
    """
    done = 0
    if progress:
        progress(done, file.rows)
    for chunk in file.table.chunks():
        table = chunk.table.reindex(columns=list(file.columns))
        for start in range(0, len(table), BLOCK):
            rows = table.iloc[start : start + BLOCK]
            yield _predicted(model, file, rows, language, probabilities)
            done += len(rows)
            if progress:
                progress(done, file.rows)


def _predicted(
    model: Model, file: FileOfTexts, rows: pd.DataFrame, language: str | None, probabilities: bool
) -> pd.DataFrame:
    rows = rows.astype(object).where(rows.notna(), None)
    texts = rows[file.text].tolist()
    with_text = [place for place, text in enumerate(texts) if text is not None]
    languages: str | list[str | None] | None = language
    if language is None and file.language is not None:
        tags = rows[file.language].tolist()
        languages = [tags[place] for place in with_text]
    of_class = np.full((len(rows), len(model.classes)), np.nan)
    of_class[with_text] = model.predict_proba([texts[place] for place in with_text], languages)
    predicted = np.full(len(rows), None, dtype=object)
    predicted[with_text] = np.asarray(model.classes, dtype=object)[of_class[with_text].argmax(axis=1)]
    rows = rows.assign(**{PREDICTED: predicted, PROBABILITY: of_class.max(axis=1)})
    if probabilities:
        names = [_OF_CLASS + each for each in model.classes]
        rows = pd.concat([rows, pd.DataFrame(of_class, columns=names, index=rows.index)], axis=1)
    return rows

"""Translations that are known already: a table in which rows of the same meaning share an id."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lamm_core.errors import TranslatorUnavailable, UnknownTranslator
from lamm_core.translation.reasons import reason_of
from lamm_core.words import translate as _

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {"id": ("parallel_id", "id"), "language": ("lang", "language"), "text": ("text",)}


class ParallelTranslator:
    """Looks a text up by its language and finds the text of the same id in the other language.

    Args:
        file: `.csv` or `.parquet` with the columns parallel_id (or else id), lang (or language) and text.

    Raises:
        UnknownTranslator: this cannot be the path of a file.
    """

    price_per_million_characters = 0.0
    texts_per_request = 1_000
    characters_per_request = 1_000_000

    def __init__(self, file: str) -> None:
        self.name = f"parallel:{file}"
        try:
            self._path = Path(file).expanduser()
        except RuntimeError as error:
            raise UnknownTranslator(_("{file!r} is no path of a file ({reason}).", file=file, reason=error)) from error

    def supports(self, source: str, target: str) -> bool:
        """Whether the table has texts in both languages."""
        _, languages = self._texts
        return source != target and source in languages and target in languages

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        """The text of the same id in the other language; None where the table has none."""
        ids_of, languages = self._texts
        others = languages.get(target, {})
        found: list[str | None] = []
        for text in texts:
            ids = ids_of.get((source, text.strip()), [])
            found.append(next((others[each] for each in ids if each in others), None))
        return found

    @functools.cached_property
    def _texts(self) -> tuple[dict[tuple[str, str], list[str]], dict[str, dict[str, str]]]:
        """(language, text) to ids in the order of the file, and language to id to text: the first one of each."""
        ids_of: dict[tuple[str, str], list[str]] = {}
        languages: dict[str, dict[str, str]] = {}
        for key, language, text in self._rows():
            ids_of.setdefault((language, text), []).append(key)
            languages.setdefault(language, {}).setdefault(key, text)
        return ids_of, languages

    def _rows(self) -> list[tuple[str, str, str]]:
        """Id, language and text of every row that has all three."""
        table = self._read()
        names = {str(column).strip().lower(): column for column in table.columns}
        chosen = {
            part: next((names[each] for each in usual if each in names), None) for part, usual in _COLUMNS.items()
        }
        missing = [" or ".join(_COLUMNS[part]) for part, column in chosen.items() if column is None]
        if missing:
            raise TranslatorUnavailable(
                _("The parallel texts {file!r} have no column {column}.", file=str(self._path), column=missing[0])
            )
        columns = [table[column].map(lambda value: str(value).strip()) for column in chosen.values()]
        complete = table[list(chosen.values())].notna().all(axis=1)
        rows = zip(*(column[complete] for column in columns), strict=True)
        return [(key, language, text) for key, language, text in rows if key and language and text]

    def _read(self) -> pd.DataFrame:
        # Here, since every command loads the list of translators, and pandas takes a while.
        from lamm_core.bounded import read_parquet, read_separated

        try:
            with self._path.open("rb") as file:
                return read_parquet(file) if self._path.suffix.lower() == ".parquet" else read_separated(file, ",")
        except FileNotFoundError:
            raise TranslatorUnavailable(
                _("There is no file of parallel texts {file!r}.", file=str(self._path))
            ) from None
        except (ValueError, OSError) as error:  # parsers of pandas and pyarrow raise subclasses of these two
            raise TranslatorUnavailable(
                _(
                    "The parallel texts {file!r} cannot be read: {reason}.",
                    file=str(self._path),
                    reason=reason_of(error),
                )
            ) from error

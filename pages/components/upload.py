"""A file from the user, its first rows, and what its columns mean."""

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lamm_core.errors import LammError
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.importing import FILE_ENDINGS, ColumnMapping, read_file
from pages.components.frame import show_error

_NONE = marked("(none)")
_LAST = "last_upload"
_PREVIEW_ROWS = 5
_PARTS = {
    "text": (marked("Text"), marked("What is to be labelled.")),
    "language": (marked("Language"), marked("Codes such as en, fr or pt-BR.")),
    "class_name": (marked("Class"), marked("Where it is known already.")),
    "id": (marked("Id"), marked("Your own id; without one, the text itself serves.")),
    "split": (marked("Split"), marked("pool or train for the pool; check, dev or validation for the check set.")),
}


def upload_table(key: str) -> tuple[pd.DataFrame, ColumnMapping] | None:
    """Let the user choose a file, look at its first rows, and say what its columns mean; None until then."""
    kinds = [ending.removeprefix(".") for ending in FILE_ENDINGS]
    file = st.file_uploader(_("File of texts"), type=kinds, key=f"{key}_file")
    if file is None:
        return None
    try:
        table, guess = _read_once(file)
    except LammError as error:
        show_error(error)
        return None
    st.caption(_("{rows:,} rows; the first {few}:", rows=len(table), few=min(_PREVIEW_ROWS, len(table))))
    st.dataframe(table.head(_PREVIEW_ROWS), hide_index=True)
    return table, _choose_columns(table, guess, key)


def _read_once(file: UploadedFile) -> tuple[pd.DataFrame, ColumnMapping]:
    """Read a file once and not again at every change of a widget; only the last one is kept."""
    last = st.session_state.get(_LAST)
    if last is None or last[0] != file.file_id:
        last = (file.file_id, *read_file(file, file.name))
        st.session_state[_LAST] = last
    return last[1], last[2]


def _choose_columns(table: pd.DataFrame, guess: ColumnMapping, key: str) -> ColumnMapping:
    st.markdown(_("**What the columns mean**"))
    chosen: dict[str, str | None] = {}
    places = st.columns(len(_PARTS))
    for place, (part, (title, help_text)) in zip(places, _PARTS.items(), strict=True):
        options = list(table.columns) if part == "text" else [_NONE, *table.columns]
        guessed = getattr(guess, part)
        index = options.index(guessed) if guessed is not None else 0
        picked = place.selectbox(
            _(title),
            options,
            index=index,
            format_func=_shown_as(options).__getitem__,
            help=_(help_text),
            key=f"{key}_{part}",
        )
        chosen[part] = None if picked == _NONE else picked
    return ColumnMapping(text=str(chosen.pop("text")), **chosen)


def _shown_as(options: list[str]) -> dict[str, str]:
    return {each: each for each in options} | {_NONE: _(_NONE)}

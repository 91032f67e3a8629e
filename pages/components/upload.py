"""A file from the user, its first rows, and what its columns mean."""

from dataclasses import dataclass

import streamlit as st

from lamm_core.errors import LammError
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.importing import FILE_ENDINGS, ColumnMapping, TableFile, open_table
from lamm_core.workflow.surveying import Preview, preview
from pages.components.frame import show_error

_NONE = marked("(none)")
_LAST = "last_upload"
_PREVIEW_ROWS = 5
_PARTS = {
    "text": (marked("Text"), marked("What is to be labelled.")),
    "language": (marked("Language"), marked("Codes such as en, fr or pt-BR, or names such as French.")),
    "class_name": (marked("Class"), marked("Where it is known already.")),
    "id": (marked("Id"), marked("Your own id; without one, the text itself serves.")),
    "split": (marked("Split"), marked("pool or train for the pool; check, dev or validation for the check set.")),
}
_PARTS_OF_LABELS = {
    "annotator": (marked("Annotator"), marked("Who gave the class. Several rows of one id are several labels.")),
    "labelled_at": (marked("Labelled at"), marked("A time such as 2026-01-31T12:00:00Z.")),
    "seconds": (marked("Seconds"), marked("How long the label took.")),
    "comment": (marked("Comment"), marked("What the annotator said about the text.")),
    "flagged": (marked("Flagged"), marked("true where somebody is to look at the text again.")),
}


@dataclass(frozen=True)
class Upload:
    """A file that the user has chosen; `mapping` is what they say that its columns mean."""

    file: TableFile
    mapping: ColumnMapping
    id: str


def ask_for_file(key: str) -> Upload | None:
    """Let the user choose a file, look at its first rows, and say what its columns mean; None until then."""
    kinds = [ending.removeprefix(".") for ending in FILE_ENDINGS]
    file = st.file_uploader(_("File of texts"), type=kinds, key=f"{key}_file")
    if file is None:
        return None
    try:
        table = open_table(file, file.name)
        beginning = _preview_once(file.file_id, table)
    except LammError as error:
        show_error(error)
        return None
    rows = beginning.beginning.table.head(_PREVIEW_ROWS)
    encoding = beginning.beginning.encoding
    read_as = (
        table.format.title
        if encoding is None
        else _("{format} in {encoding}", format=table.format.title, encoding=encoding)
    )
    st.caption(_("{file}, read as {format}; the first {few} rows:", file=file.name, format=read_as, few=len(rows)))
    st.dataframe(rows.fillna(""), hide_index=True)
    mapping = _choose_columns(beginning, key)
    if beginning.only_numbers(mapping.text):
        st.warning(
            _("The column {column!r} holds only numbers; is it the text?", column=mapping.text), icon=":material/123:"
        )
    return Upload(table, mapping, file.file_id)


def _preview_once(file_id: str, table: TableFile) -> Preview:
    """Read the first rows once and not again at every change of a widget; only the last file's are kept."""
    last = st.session_state.get(_LAST)
    if last is None or last[0] != file_id:
        last = (file_id, preview(table))
        st.session_state[_LAST] = last
    found: Preview = last[1]
    return found


def _choose_columns(beginning: Preview, key: str) -> ColumnMapping:
    st.markdown(_("**What the columns mean**"))
    chosen = _choose(beginning, key, _PARTS)
    found = any(getattr(beginning.mapping, part) for part in _PARTS_OF_LABELS)
    with st.expander(_("About the labels"), expanded=found):
        chosen |= _choose(beginning, key, _PARTS_OF_LABELS)
    return ColumnMapping(text=str(chosen.pop("text")), deciding=beginning.mapping.deciding, **chosen)


def _choose(beginning: Preview, key: str, parts: dict[str, tuple[str, str]]) -> dict[str, str | None]:
    chosen: dict[str, str | None] = {}
    for place, (part, (title, help_text)) in zip(st.columns(len(parts)), parts.items(), strict=True):
        options = beginning.columns if part == "text" else [_NONE, *beginning.columns]
        guessed = getattr(beginning.mapping, part)
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
    return chosen


def _shown_as(options: list[str]) -> dict[str, str]:
    return {each: each for each in options} | {_NONE: _(_NONE)}

"""Targets for single classes, one row each, which a manager adds, changes and takes away in a table."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from lamm_core.errors import InvalidProject
from lamm_core.language_names import language_name
from lamm_core.records import ProjectSettings
from lamm_core.words import marked
from lamm_core.words import translate as _
from pages.components.percents import as_fraction, as_percent

# What the columns are called inside; what is kept of the table outlives a change of the reader's language.
_LANGUAGE, _CLASS, _TARGET = "Language", "Class", "Target, %"
_LACKS = {
    (_LANGUAGE,): marked("Row {row} of the targets for single classes has no language."),
    (_CLASS,): marked("Row {row} of the targets for single classes has no class."),
    (_TARGET,): marked("Row {row} of the targets for single classes has no target."),
    (_LANGUAGE, _CLASS): marked("Row {row} of the targets for single classes has no language and no class."),
    (_LANGUAGE, _TARGET): marked("Row {row} of the targets for single classes has no language and no target."),
    (_CLASS, _TARGET): marked("Row {row} of the targets for single classes has no class and no target."),
}
_HELP = marked(
    "For classes that are rare but matter: how many of the texts of such a class the model shall recognise. Classes "
    "without a row have no target of their own. Add a row at the end of the table; tick a row to delete it."
)

ClassTargets = dict[tuple[str, str], float]


@dataclass(frozen=True)
class _Kept:
    """What the table began with, and what a manager has made of it by now."""

    stored: ClassTargets
    choices: tuple[tuple[str, ...], tuple[str, ...]]
    start: pd.DataFrame
    edited: pd.DataFrame


def ask_class_targets(current: ProjectSettings, key: str) -> tuple[ClassTargets, str]:
    """The targets as the table has them, and one sentence on what cannot be read; then the targets are as before."""
    with st.expander(_("Targets for single classes"), icon=":material/flag:"):
        st.caption(_(_HELP))
        edited = _edit(current, key)
    try:
        return read_class_targets(edited, current.class_targets), ""
    except InvalidProject as error:
        return current.class_targets, str(error)


def read_class_targets(rows: pd.DataFrame, before: ClassTargets) -> ClassTargets:
    """The targets in a table with the columns Language, Class and Target, %; rows without anything say nothing.

    Raises:
        InvalidProject: a row lacks a cell, or two rows are about the same class of a language.
    """
    found: ClassTargets = {}
    for number, row in enumerate(rows[[_LANGUAGE, _CLASS, _TARGET]].itertuples(index=False, name=None), 1):
        missing = [column for column, cell in zip((_LANGUAGE, _CLASS, _TARGET), row, strict=True) if _is_empty(cell)]
        if len(missing) == len(row):
            continue
        if missing:
            raise InvalidProject(_(_LACKS[tuple(missing)], row=number))
        language, name, percent = str(row[0]), str(row[1]), float(row[2])
        if (language, name) in found:
            raise InvalidProject(
                _(
                    "The class {name!r} has two targets in {language}; keep one row.",
                    name=name,
                    language=language_name(language),
                )
            )
        found[language, name] = as_fraction(percent, before.get((language, name)))
    return found


def _is_empty(cell: Any) -> bool:
    return bool(pd.isna(cell)) or cell == ""


def _edit(current: ProjectSettings, key: str) -> pd.DataFrame:
    editor, kept = f"{key}_class_targets", f"{key}_class_targets_kept"
    choices = (tuple(current.targets), tuple(current.classes))
    # Without the widget's own state the page was left meanwhile, and what is stored counts again.
    last: _Kept | None = st.session_state.get(kept) if editor in st.session_state else None
    if last is None or last.stored != current.class_targets:
        start = _table(current.class_targets)
    else:
        # Other choices make another widget, which would begin without the rows that were typed in.
        start = last.start if last.choices == choices else last.edited
    edited = st.data_editor(
        start,
        hide_index=True,
        num_rows="dynamic",
        column_config={
            _LANGUAGE: st.column_config.SelectboxColumn(
                _("Language"), options=list(choices[0]), format_func=language_name
            ),
            _CLASS: st.column_config.SelectboxColumn(_("Class"), options=list(choices[1])),
            _TARGET: st.column_config.NumberColumn(_("Target, %"), min_value=1, max_value=100, step=0.5),
        },
        key=editor,
        width=560,
        placeholder="–",
    )
    st.session_state[kept] = _Kept(current.class_targets, choices, start, edited.reset_index(drop=True))
    return edited


def _table(targets: ClassTargets) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _LANGUAGE: pd.Series([language for language, _ in targets], dtype="str"),
            _CLASS: pd.Series([name for _, name in targets], dtype="str"),
            _TARGET: pd.Series([as_percent(each) for each in targets.values()], dtype="float"),
        }
    )

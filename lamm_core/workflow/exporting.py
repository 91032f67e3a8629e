"""Labels out, with where each came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row

from lamm_core.actors import Role
from lamm_core.exchange.format import About, Format
from lamm_core.exchange.writing import WRITE_ENDINGS, WRITE_FORMATS, format_to_write, table_bytes, write_table
from lamm_core.records import Project, Purpose
from lamm_core.storage import near_duplicates, provenance
from lamm_core.storage import translations as stored_translations
from lamm_core.storage.near_duplicates import AsideItem
from lamm_core.trail import AuditAction
from lamm_core.workflow.audit import note
from lamm_core.workflow.consensus import settle_labelled
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace

EXPORT_ENDINGS = WRITE_ENDINGS
EXPORT_FORMATS: Mapping[str, Format] = WRITE_FORMATS
COLUMNS = (*provenance.COLUMNS, "consensus", "consensus_confidence", "consensus_people")

_TRANSLATION_COLUMNS = ("translated_from", "translator")
_DUPLICATE_COLUMNS = ("duplicate_of", "class_of_duplicate")
_TYPES = {"round": "Int64", "model": "Int64", "flagged": "bool"}
_TYPES |= dict.fromkeys(("weight", "uncertainty", "seconds"), "float64")
_CONSENSUS_TYPES = {"consensus": "object", "consensus_confidence": "float64", "consensus_people": "Int64"}


@dataclass(frozen=True, eq=False)
class ExportGlance:
    """What an export would hold.

    Attributes:
        labels: how many labels stand.
        newest: the newest few of them, oldest first, without what several people agree on.
    """

    labels: int
    newest: pd.DataFrame


@needs(Role.MANAGER)
def labels_table(
    workspace: Workspace, project: Project, translations: bool = False, duplicates: bool = False
) -> pd.DataFrame:
    """The labels of a project that stand, one row a label, oldest first.

    Args:
        translations: add the translations of labelled texts, as training has them, after the labels.
        duplicates: add the texts that are set aside since they nearly repeat another one, at the end.

    Returns:
        columns id, language, text, class, split (pool or check), annotator, labelled_at (UTC), seconds, source,
        deciding (whether it is the item's class or a second opinion), and for items that a round chose: round,
        strategy, weight (of the language), uncertainty (of the item), model (version that chose it); comment, flagged,
        suggested (class that the annotator was shown as the model's suggestion); final_class (the class that stands for
        the item), and where a reviewer decided about it, decision and reviewer; where several people labelled the item,
        consensus (the class that the next round would have from them), consensus_confidence (0 to 1) and
        consensus_people (how many of them said so). With translations also translated_from (id of the original; missing
        for a label) and translator; a translation has an id of its own, the item's class, and the source `translation`.
        With duplicates also duplicate_of (id of the text that stands for it) and class_of_duplicate (the class of that
        text); nobody labelled what is set aside, so that it has no class of its own.
    """
    with workspace.database.read() as connection:
        table = _with_consensus(connection, project, _stored(provenance.labels_with_provenance(connection, project.id)))
        translated = stored_translations.usable_with_provenance(connection, project.id) if translations else []
        aside = near_duplicates.list_aside(connection, project.id) if duplicates else []
    table = _with_translations(table, translated) if translations else table
    return _with_duplicates(table, aside) if duplicates else table


@needs(Role.MANAGER)
def export_glance(workspace: Workspace, project: Project, most: int = 5) -> ExportGlance:
    """How many labels an export would hold, and the newest of them, without reading all.

    Args:
        most: how many of the newest.
    """
    with workspace.database.read() as connection:
        newest = _stored(provenance.labels_with_provenance(connection, project.id, newest=most))
        return ExportGlance(provenance.count_labels(connection, project.id), newest[list(provenance.COLUMNS)])


def _stored(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    # Whole numbers stay whole where some rows have none.
    return pd.DataFrame(rows, columns=[*provenance.COLUMNS, "item_id"]).astype(_TYPES)


def _with_consensus(connection: Connection, project: Project, table: pd.DataFrame) -> pd.DataFrame:
    found = settle_labelled(connection, project, provenance.shared_classes(connection, project.id))
    of_item = table["item_id"]
    agreed = of_item.map(found.agreed).astype(object)
    says_so = table["annotator"].notna() & (table["class"] == agreed)
    people = says_so.groupby(of_item).transform("sum").where(agreed.notna())
    added = {"consensus": agreed, "consensus_confidence": of_item.map(found.confidence), "consensus_people": people}
    return table.assign(**added).astype(_CONSENSUS_TYPES)[list(COLUMNS)]


def _with_translations(table: pd.DataFrame, translated: list[Row[Any]]) -> pd.DataFrame:
    further = [*COLUMNS, *_TRANSLATION_COLUMNS]
    rows = pd.DataFrame(
        [
            {
                "id": f"{each.external_id}:{each.language}",
                "language": each.language,
                "text": each.text,
                "class": each.class_name,
                "split": Purpose.POOL,
                "labelled_at": each.created_at,
                "source": "translation",
                "deciding": True,
                "flagged": False,
                "final_class": each.class_name,
                "translated_from": each.external_id,
                "translator": each.translator,
            }
            for each in translated
        ],
        columns=further,
    ).astype(_TYPES | _CONSENSUS_TYPES)
    table = table.reindex(columns=further).astype(dict.fromkeys(_TRANSLATION_COLUMNS, object))
    return pd.concat([table, rows], ignore_index=True) if translated else table


def _with_duplicates(table: pd.DataFrame, aside: list[AsideItem]) -> pd.DataFrame:
    further = [*table.columns, *_DUPLICATE_COLUMNS]
    table = table.reindex(columns=further).astype(dict.fromkeys(_DUPLICATE_COLUMNS, object))
    rows = pd.DataFrame(
        [
            {
                "id": each.external_id,
                "language": each.language,
                "text": each.text,
                "split": Purpose.POOL,
                "deciding": False,
                "flagged": False,
                "duplicate_of": each.of_external_id,
                "class_of_duplicate": each.class_name,
            }
            for each in reversed(aside)
        ],
        columns=further,
    ).astype(_TYPES | _CONSENSUS_TYPES)
    return pd.concat([table, rows], ignore_index=True) if aside else table


def export_ending(name: str) -> str:
    """The ending of a file of a format, such as ".csv"; ".zip" where the format is a folder."""
    found = EXPORT_FORMATS[name]
    return found.endings[0] if found.write is not None else ".zip"


def ending_title(ending: str) -> str:
    """What people call the format of an ending in `EXPORT_ENDINGS`."""
    return format_to_write(ending).title


@needs(Role.MANAGER)
def labels_file(
    workspace: Workspace, project: Project, name: str, translations: bool = False, duplicates: bool = False
) -> bytes:
    """The content of a file with the labels of a project; of a zip file, where the format is a folder.

    Args:
        name: a key of `EXPORT_FORMATS`, or one of `EXPORT_ENDINGS`.
        translations: add the translations of labelled texts.
        duplicates: add the texts that are set aside.

    Raises:
        UnreadableFile: no such format can be written.
    """
    table = labels_table(workspace, project, translations, duplicates)
    content = table_bytes(table, name, _about(project))
    _note_export(workspace, project, name, len(table))
    return content


@needs(Role.MANAGER)
def export_labels(
    workspace: Workspace,
    project: Project,
    path: Path,
    translations: bool = False,
    format_name: str | None = None,
    duplicates: bool = False,
) -> int:
    """Write the labels of a project to a file, or to a folder where the format is one; returns how many rows.

    Args:
        translations: add the translations of labelled texts.
        format_name: a key of `EXPORT_FORMATS`; None takes what the ending of the file says.
        duplicates: add the texts that are set aside.

    Raises:
        UnreadableFile: no such format can be written.
        DataInTheWay: the folder holds files that are no part of an export.
        StorageUnavailable: it cannot be written there.
    """
    found = format_to_write(format_name or path.suffix, path.name)  # before much is read
    table = labels_table(workspace, project, translations, duplicates)
    write_table(table, path, _about(project), found.name)
    _note_export(workspace, project, format_name or path.suffix, len(table))
    return len(table)


def _about(project: Project) -> About:
    settings = project.settings
    return About(project.name, tuple(settings.classes), tuple(settings.targets))


def _note_export(workspace: Workspace, project: Project, name: str, rows: int) -> None:
    with workspace.database.write() as connection:
        note(connection, workspace, AuditAction.EXPORTED, project.id, format=name, rows=rows)

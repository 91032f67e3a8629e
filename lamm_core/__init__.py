"""LAMM: multilingual annotation with active learning, an accuracy target in every language.

The names below are the public interface; everything else may change. Each is imported when it is first asked for, so
that `import lamm_core` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lamm_core.api import Backtest, Project, create_project, list_projects, open_project
    from lamm_core.errors import LammError
    from lamm_core.exchange.columns import ColumnMapping
    from lamm_core.model.exported.model import Model, load_model
    from lamm_core.records import ProjectSettings, Round
    from lamm_core.selection import Selection, Strategy, allocate, language_weights, select_batch, select_first_batch
    from lamm_core.workflow.importing import ImportResult
    from lamm_core.workflow.status import LanguageStatus, ProjectStatus

_HOMES = {
    "Backtest": "lamm_core.api",
    "ColumnMapping": "lamm_core.exchange.columns",
    "ImportResult": "lamm_core.workflow.importing",
    "LammError": "lamm_core.errors",
    "LanguageStatus": "lamm_core.workflow.status",
    "Model": "lamm_core.model.exported.model",
    "Project": "lamm_core.api",
    "ProjectSettings": "lamm_core.records",
    "ProjectStatus": "lamm_core.workflow.status",
    "Round": "lamm_core.records",
    "Selection": "lamm_core.selection",
    "Strategy": "lamm_core.selection",
    "allocate": "lamm_core.selection",
    "create_project": "lamm_core.api",
    "language_weights": "lamm_core.selection",
    "list_projects": "lamm_core.api",
    "load_model": "lamm_core.model.exported.model",
    "open_project": "lamm_core.api",
    "select_batch": "lamm_core.selection",
    "select_first_batch": "lamm_core.selection",
}

__all__ = [
    "Backtest",
    "ColumnMapping",
    "ImportResult",
    "LammError",
    "LanguageStatus",
    "Model",
    "Project",
    "ProjectSettings",
    "ProjectStatus",
    "Round",
    "Selection",
    "Strategy",
    "allocate",
    "create_project",
    "language_weights",
    "list_projects",
    "load_model",
    "open_project",
    "select_batch",
    "select_first_batch",
]

if not TYPE_CHECKING:  # a type checker is to find names that are not there

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(home), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

"""The project that is labelled: made-up texts whose embeddings are at hand, so that no encoder is needed."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lamm_core.actors import OPERATOR
from lamm_core.exchange.columns import ColumnMapping
from lamm_core.model.embedding_store import text_key
from lamm_core.records import DEFAULT_STRATEGY, Project, ProjectSettings
from lamm_core.settings import Settings
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import migrate
from lamm_core.workflow.importing import import_table
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace
from timing_labels.errors import BenchmarkStopped
from timing_labels.plan import Case, Run

NAME = "Timing"
CLASSES = ("billing", "delivery", "login", "praise", "returns", "setup", "other")
LANGUAGES = ("en", "de", "fr", "es", "pl")
_CHECKED = 40  # check items of each language, where a model is fitted
_DIMENSION = 384
_NOISE = 1.5
_ENCODER = "made:none"  # no encoder of that name can be loaded: a text without its embedding would stop the round
_WORDS = (
    "the order arrived late again and nobody answers my letters about the broken handle of the blue kettle "
    "please tell me how to change the address before it is sent because I moved to another town last week thanks"
)


def open_home(home: Path, database_url: str | None = None) -> Workspace:
    """The data folder of a run, with a database of its own inside unless another one is named."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(home, database_url or f"sqlite:///{home / 'lamm.db'}")
    workspace = Workspace(settings, Database(settings.database_url), OPERATOR)
    migrate(workspace.database)
    return workspace


@dataclass(frozen=True)
class Content:
    """What a project is made of.

    Attributes:
        pool: texts of the pool.
        labelled: of these, how many come with their class, so that there is a model to fit.
        budget: labels a batch.
        strategy: name of the strategy.
        seed: of the texts and their classes.
    """

    pool: int
    labelled: int
    budget: int
    strategy: str
    seed: int


def content_of(run: Run) -> Content:
    """What the project of a run is made of. Where nothing is fitted, chance fills the queue at once."""
    strategy = DEFAULT_STRATEGY if run.case is Case.FITTING else "random"
    return Content(run.pool, run.labelled, run.queue, strategy, run.seed)


def make_project(workspace: Workspace, content: Content) -> Project:
    """A project with its first batch queued.

    Raises:
        BenchmarkStopped: a text was not imported.
    """
    project = create_project(workspace, NAME, _settings(content))
    rng = np.random.default_rng(content.seed)
    rows = _rows(content, rng)
    _store_embeddings(workspace, rows, rng)
    shown = rows.astype({"class": "object"})
    shown.loc[~shown["known"], "class"] = None
    mapping = ColumnMapping(text="text", language="language", class_name="class", id="id", split="split")
    result = import_table(workspace, project, shown, mapping)
    if result.added != len(rows):
        reason = result.rejected[0].reason if result.rejected else "it was there already"
        raise BenchmarkStopped(f"Only {result.added:,} of {len(rows):,} texts could be imported: {reason}.")
    run_round(workspace, project)
    return project


def _settings(content: Content) -> ProjectSettings:
    return ProjectSettings(
        classes=CLASSES,
        targets=dict.fromkeys(LANGUAGES, 0.9),
        budget=content.budget,
        strategy=content.strategy,
        encoder=_ENCODER,
        seed=content.seed,
        check_share=0.0,
    )


def _rows(content: Content, rng: np.random.Generator) -> pd.DataFrame:
    """Columns id, language, text, class, split, known: whether the import shows the class."""
    check = _CHECKED * len(LANGUAGES) if content.labelled else 0
    count = content.pool + check
    in_check = np.arange(count) >= content.pool
    known = in_check.copy()
    known[rng.permutation(content.pool)[: content.labelled]] = True
    return pd.DataFrame(
        {
            "id": [f"item-{number}" for number in range(count)],
            "language": np.resize(np.array(LANGUAGES, dtype=object), count),
            "text": [_text(number, rng) for number in range(count)],
            "class": rng.choice(np.array(CLASSES, dtype=object), count),
            "split": np.where(in_check, "check", "pool"),
            "known": known,
        }
    )


def _text(number: int, rng: np.random.Generator) -> str:
    """A text of usual length; its number keeps it apart from all others."""
    words = rng.choice(np.array(_WORDS.split(), dtype=object), int(rng.integers(10, 60)))
    return f"{number}: {' '.join(words)}."


def _store_embeddings(workspace: Workspace, rows: pd.DataFrame, rng: np.random.Generator) -> None:
    """Embeddings around the centre of each text's class, where a round looks for them."""
    centres = dict(zip(CLASSES, rng.normal(size=(len(CLASSES), _DIMENSION)), strict=True))
    noise = _NOISE * rng.normal(size=(len(rows), _DIMENSION))
    vectors: NDArray[np.float32] = (np.array([centres[name] for name in rows["class"]]) + noise).astype(np.float32)
    workspace.embedding_store(_ENCODER).append([text_key(text) for text in rows["text"]], vectors)

"""LAMM from Python, without the app: create a project, bring texts in, run rounds, label, measure, take labels out.

    import lamm_core as lamm

    with lamm.create_project("shop", classes=["pen", "ink"], targets={"en": 0.9, "de": 0.9}, home="data") as project:
        project.import_file("texts.csv")
        project.round()
        batch = project.batch()
        project.label(dict.fromkeys(batch["id"], "pen"))
        print(project.status().languages)
        project.export("labels.parquet")

Every call does what the page or the command of that name does, on the same data, so all three can be used in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, Unpack

import pandas as pd
from numpy.typing import ArrayLike

from lamm_core.actors import operator_at
from lamm_core.comparison import Compared
from lamm_core.errors import InvalidInput
from lamm_core.exchange.cells import as_texts
from lamm_core.exchange.columns import ColumnMapping, guess_columns
from lamm_core.exchange.reading import open_table
from lamm_core.exchange.rows import WholeFile
from lamm_core.options import Changes, Options
from lamm_core.records import Project as Record
from lamm_core.records import ProjectSettings, Purpose, Round
from lamm_core.words import translate as _
from lamm_core.workflow import projects
from lamm_core.workflow.comparing import YARDSTICKS, begin_comparison
from lamm_core.workflow.duplicates import keep_by_own_ids, list_duplicates
from lamm_core.workflow.exporting import export_labels, labels_table
from lamm_core.workflow.importing import ImportResult, embed_project, import_file, import_table
from lamm_core.workflow.labelling import claim
from lamm_core.workflow.own_embeddings import use_embeddings
from lamm_core.workflow.own_ids import label_items
from lamm_core.workflow.status import ProjectStatus, project_status
from lamm_core.workflow.surveying import preview
from lamm_core.workflow.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from lamm_core.experiments.backtest import BacktestResult
    from lamm_core.model.estimators import Estimator

Folder = str | PathLike[str]
BATCH_COLUMNS = ("id", "language", "text", "suggestion")
DUPLICATE_COLUMNS = ("id", "language", "text", "duplicate_of", "text_of", "class_of", "similarity")
_ME = "me"


@dataclass(frozen=True, eq=False)
class Backtest:
    """What strategies would have reached on a project's own labels.

    Attributes:
        results: one for each strategy, the project's own first; each with its accuracy curves `(seeds, rounds,
            languages)`, 0 to 1.
        compared: how the project's own strategy differs from each other one, with 95 % intervals.
    """

    results: tuple[BacktestResult, ...]
    compared: Compared

    @property
    def table(self) -> pd.DataFrame:
        """One row a strategy, the project's own first.

        Returns:
            columns strategy; area (mean accuracy over all rounds and languages, 0 to 1); labels_to_target (median
            number of labels until every language is at its target, missing for never); difference (area of the
            project's own strategy minus this one's) with its 95 % interval low and high, missing for the own one.
        """
        against = {each.strategy: (each.area, each.low, each.high) for each in self.compared.differences}
        rows = [
            (each.name, each.area, each.labels_to_target, *against.get(each.name, (None, None, None)))
            for each in self.compared.strategies
        ]
        columns = ["strategy", "area", "labels_to_target", "difference", "low", "high"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], "float64"))


class Project:
    """A project, open for work; made by `create_project` and `open_project`.

    A context manager that closes the database at its end. May be used from several threads, except `backtest`.
    """

    def __init__(self, workspace: Workspace, record: Record) -> None:
        self._workspace = workspace
        self._record = record

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Project({self.name!r}, classes={self.settings.classes}, targets={self.settings.targets})"

    @property
    def name(self) -> str:
        """Its name."""
        return self._record.name

    @property
    def settings(self) -> ProjectSettings:
        """Its settings, as this object last saw them: classes, targets, budget, strategy, encoder and the others."""
        return self._record.settings

    def close(self) -> None:
        """Close the database connections; the project can be opened again."""
        self._workspace.close()

    def change(self, **settings: Unpack[Changes]) -> None:
        """Change settings; what is not given stays. Changes hold from the next round on.

        Args:
            settings: fields of `ProjectSettings` by name; classes and targets may grow, and none be taken away.

        Raises:
            InvalidProject: the settings cannot work; the message says which.
            UnknownStrategy, UnknownPreparation, UnknownTranslator: a name is not registered.
        """
        given: dict[str, Any] = dict(settings)
        if "classes" in settings:
            given["classes"] = tuple(settings["classes"])
        if "targets" in settings:
            given["targets"] = dict(settings["targets"])
        wanted = replace(self._fresh().settings, **given)
        self._record = projects.change_settings(self._workspace, self._record, wanted)

    def import_table(
        self,
        table: pd.DataFrame,
        *,
        columns: ColumnMapping | None = None,
        purpose: Literal["pool", "check", "gold"] | None = None,
        language: str | None = None,
        hide_labels: bool = False,
        guess_languages: bool = False,
    ) -> ImportResult:
        """Bring texts in, with labels where there are some, in one transaction.

        Importing the same rows again changes nothing; a class that comes later labels the item that is there, and
        several rows with one id are the labels of several annotators.

        Args:
            table: `(n, columns)`, one row a text or a label; cells may be of any type.
            columns: which column means what, and counts for more than what is said of all rows; None finds them by
                their usual names, such as text, language, class, id, split and annotator.
            purpose: what all rows are for; None leaves it to the split column, or takes the pool.
            language: code of the language of all rows; None leaves it to the language column.
            hide_labels: leave out the labels of pool items, as if nobody had given them.
            guess_languages: guess the language of texts that have none.

        Returns:
            How many were added; and in `rejected`, each row that could not be taken, with its number from 1 and why.

        Raises:
            MissingColumn: no column looks like the text or the language, or one that `columns` names is not there.
            InvalidInput: there is no such purpose.
            StorageUnavailable: the database did not take them; nothing is stored.
        """
        texts = as_texts(table)
        mapping = columns or _guess(texts.columns, purpose, language)
        return import_table(
            self._workspace,
            self._fresh(),
            texts,
            mapping,
            _purpose(purpose),
            language,
            hide_labels,
            guess_languages,
        )

    def import_file(
        self,
        path: Folder,
        *,
        columns: ColumnMapping | None = None,
        purpose: Literal["pool", "check", "gold"] | None = None,
        language: str | None = None,
        hide_labels: bool = False,
        guess_languages: bool = False,
        format_name: str | None = None,
        progress: Callable[[str, float], None] | None = None,
    ) -> ImportResult:
        """Bring the texts of a file in, stretch by stretch, so that a file may be larger than the memory.

        Args:
            path: the file; its ending and its beginning tell the format.
            columns: as for `import_table`.
            purpose: as for `import_table`.
            language: as for `import_table`.
            hide_labels: as for `import_table`.
            guess_languages: as for `import_table`.
            format_name: the format, where ending and beginning do not tell it; see the page on formats.
            progress: called with what is done and how much of all is, 0 to 1; nothing is stored where it raises.

        Returns:
            As `import_table`.

        Raises:
            UnreadableFile: the file is missing, empty, too large, or of no known format.
            MissingColumn, InvalidInput, StorageUnavailable: as for `import_table`.
        """
        file = open_table(Path(path), format_name=format_name)
        mapping = columns or _guess(preview(file).columns, purpose, language)
        whole = WholeFile(_purpose(purpose), language, hide_labels, guess_languages)
        return import_file(self._workspace, self._fresh(), file, mapping, whole, progress)

    def embed(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Compute the embeddings that texts lack; the next round would do it as well.

        Args:
            progress: called with (texts done, texts to do).

        Returns:
            How many texts were embedded.

        Raises:
            EncoderUnavailable: the encoder cannot be loaded, or is a matrix that lacks texts.
        """
        return embed_project(self._workspace, self._record, progress)

    def use_embeddings(self, ids: Sequence[str], matrix: ArrayLike, name: str = "mine") -> int:
        """Use vectors of your own instead of an encoder; the project's encoder becomes `matrix:` and the name.

        Vectors can be added under the same name at any time, as they have to be after an import; those that are there
        never change. Equal texts share a vector, in all projects of one data folder that use the name.

        Args:
            ids: `(n,)` ids of items, as in the imported file.
            matrix: `(n, d)` finite numbers, a row for each id; kept as float32.
            name: 1 to 60 letters, digits, dots, underlines and hyphens.

        Returns:
            How many texts of the pool and the check set have no vector yet; a round needs that to be 0.

        Raises:
            InvalidInput: name, shape or numbers cannot be used; d is not that of the vectors before; or a text has
                another vector under this name already.
            UnknownItem: an id is not the project's.
        """
        found = use_embeddings(self._workspace, self._fresh(), ids, matrix, name)
        self._record = found.project
        return found.missing

    def round(self, estimator: Estimator | None = None, report: Callable[[str, float], None] | None = None) -> Round:
        """Run a round in this process: embed what is new, fit, measure, and choose the next batch.

        Args:
            estimator: a classifier of scikit-learn's kind, with `predict_proba`; copies of it are fitted instead of
                logistic regression: once to all labels, and five times to four fifths of them, to measure and to find
                wrong labels. `sample_weight` is passed where its `fit` takes it.
            report: called with (stage, progress 0 to 1).

        Returns:
            The finished round.

        Raises:
            RoundRunning: a round of this project is running already.
            RoundSuperseded: this round was declared dead by another process meanwhile; nothing of it is saved.
            EncoderUnavailable, StorageUnavailable: the encoder cannot be loaded, or the data folder not be used.
            EstimatorUnusable: the estimator cannot be fitted or saved, or gives no probabilities.
            InvalidInput: there is an estimator, and `automatic_rounds` is on, whose rounds could not have it.
        """
        from lamm_core.workflow.rounds import run_round  # only now, since scikit-learn takes a second to import

        return run_round(self._workspace, self._fresh(), report, estimator)

    def duplicates(self, count: int = 50) -> pd.DataFrame:
        """Texts that are set aside since they nearly repeat another one; each round looks for them first.

        Args:
            count: how many texts are listed at most, the newest first.

        Returns:
            columns id, language, text; duplicate_of, text_of and class_of: id, text and class of the item that stands
            for it, the class None while it has none; similarity of the two texts, 0 to 1.
        """
        rows = [
            (its.external_id, its.language, its.text, its.duplicate_of, its.text_of, its.class_of, its.similarity)
            for its in list_duplicates(self._workspace, self._record, count).newest
        ]
        return pd.DataFrame(rows, columns=list(DUPLICATE_COLUMNS)).astype({"similarity": "float64"})

    def keep_duplicates(self, ids: Sequence[str]) -> int:
        """Let texts that are set aside be texts of their own, for good.

        Args:
            ids: `(n,)` ids of items, as in the imported file.

        Returns:
            How many of these items were set aside.

        Raises:
            UnknownItem: an id is not the project's.
        """
        return keep_by_own_ids(self._workspace, self._record, ids)

    def status(self) -> ProjectStatus:
        """Where the project stands.

        Returns:
            In `languages`, for each: accuracy with its 95 % interval and the gap to the target, all 0 to 1, labels,
            check items, and how many labels are still missing; and the last round, the model, and the batch.
        """
        return project_status(self._workspace, self._fresh())

    def batch(self, count: int | None = None, annotator: str = _ME) -> pd.DataFrame:
        """The next texts to label, held for an annotator for as long as the setting `lease_minutes` says.

        Args:
            count: how many the annotator should hold, at least 1; None takes the size of a batch.
            annotator: for whom; added if new.

        Returns:
            columns id, language, text, suggestion (the class that the model predicts; None unless the project shows
            suggestions), in the order of the batch; no rows where nothing is open, as before the first round.

        Raises:
            InvalidInput: the count is below 1.
            InvalidProject: the annotator's name is empty or too long.
        """
        project = self._fresh()
        annotator_id = projects.ensure_annotator(self._workspace, annotator)
        wanted = project.settings.budget if count is None else count
        leases = claim(self._workspace, project, annotator_id, wanted)
        rows = [(each.external_id, each.language, each.text, each.suggestion) for each in leases]
        return pd.DataFrame(rows, columns=list(BATCH_COLUMNS), dtype=object)

    def label(self, labels: Mapping[str, str], annotator: str = _ME) -> int:
        """Give items their classes, all in one transaction, as somebody at the card would.

        Any item of the project can be labelled, in a batch or not. Where `automatic_rounds` is on, the next round
        begins in a process of its own once the batch is nearly done.

        Args:
            labels: id to class; a series of pandas works as well.
            annotator: in whose name; added if new. A label for what somebody else has labelled is a second opinion.

        Returns:
            How many labels were stored.

        Raises:
            UnknownItem, UnknownClass: an id or a class is not the project's; nothing is stored.
            InvalidProject: the annotator's name is empty or too long.
            StorageUnavailable: the database did not take them; nothing is stored.
        """
        annotator_id = projects.ensure_annotator(self._workspace, annotator)
        return label_items(self._workspace, self._fresh(), annotator_id, dict(labels.items()))

    def labels(self, translations: bool = False) -> pd.DataFrame:
        """The labels that stand, each with where it came from, oldest first.

        Args:
            translations: add the translations of labelled texts, marked as what they are.

        Returns:
            One row a label; columns as in an export, see the guide: id, language, text, class, split, annotator,
            labelled_at (UTC), seconds, source, round, strategy, weight, uncertainty, model and others.
        """
        return labels_table(self._workspace, self._record, translations)

    def export(self, path: Folder, translations: bool = False, format_name: str | None = None) -> int:
        """Write the labels to a file, or to a folder where the format is one, whole or not at all.

        Args:
            path: the file; its ending tells the format, such as .csv, .jsonl or .parquet.
            translations: add the translations of labelled texts.
            format_name: a format by its name, such as "label-studio" or "hugging-face"; None goes by the ending.

        Returns:
            How many rows were written.

        Raises:
            UnreadableFile: no such format can be written.
            DataInTheWay: the folder holds files that are no part of an export.
            StorageUnavailable: it cannot be written there.
        """
        return export_labels(self._workspace, self._record, Path(path), translations, format_name)

    def backtest(
        self,
        strategies: Sequence[str] = YARDSTICKS,
        seeds: int = 10,
        estimator: Estimator | None = None,
        workers: int | None = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> Backtest:
        """Replay strategies on the project's own labels, to see where another one would have led.

        The page Compare shows the result as well, unless it is that of an estimator. Call it from the main thread.

        Args:
            strategies: names, compared with the project's own.
            seeds: replays of each strategy, at least 3.
            estimator: a classifier of scikit-learn's kind, whose copies are fitted instead of logistic regression; its
                classes are the numbers from 0 on.
            workers: number of processes, at least 1; None takes one a core. With more than 1, a script needs the usual
                `if __name__ == "__main__":`, and an estimator must be one that processes can hand to each other.
            progress: called with (replays done, replays to do).

        Returns:
            What each strategy reached, and how they differ.

        Raises:
            TooFewLabels: the labels are too few to compare on.
            ComparisonRunning: one is running already.
            ComparisonCancelled: it was cancelled on the page meanwhile; nothing is stored.
            NotEnoughLabels: the first labels of a replay are all of one class.
            UnknownStrategy, UnknownPreparation: a name is not registered.
            InvalidInput: a strategy cannot be replayed, or there are too few seeds or workers.
            EncoderUnavailable, EstimatorUnusable: the encoder or the estimator cannot be used.
        """
        from lamm_core.comparing import compare_with_estimator, perform_comparison
        from lamm_core.experiments.compared import check_seeds
        from lamm_core.experiments.processes import check_workers

        check_seeds(seeds)
        check_workers(workers)
        project = self._fresh()
        if estimator is not None:
            found = compare_with_estimator(self._workspace, project, strategies, seeds, estimator, workers, progress)
        else:
            comparison = begin_comparison(self._workspace, project, strategies, seeds)
            found = perform_comparison(self._workspace, project, comparison, workers, replayed=progress)
        return Backtest(tuple(found[0]), found[1])

    def _fresh(self) -> Record:
        """The project as it is now: settings may have been changed elsewhere."""
        self._record = projects.get_project(self._workspace, self._record.name)
        return self._record


def create_project(
    name: str,
    *,
    classes: Sequence[str],
    targets: Mapping[str, float],
    home: Folder | None = None,
    **settings: Unpack[Options],
) -> Project:
    """Create a project and open it.

    Args:
        name: 1 to 200 characters.
        classes: names of the classes, at least two.
        targets: language code to the accuracy to reach in it, above 0 and at most 1.
        home: data folder, made if it is missing; None takes LAMM_HOME, or the user's data folder.
        settings: other fields of `ProjectSettings` by name. `automatic_rounds` is off unless it is given: from Python,
            rounds are run by `Project.round`.

    Returns:
        The project, to be closed by `close` or used in a `with` block.

    Raises:
        ProjectExists: the name is taken.
        InvalidProject: the settings cannot work; the message says which.
        UnknownStrategy, UnknownPreparation, UnknownTranslator: a name is not registered.
        StorageUnavailable: the data folder or the database cannot be opened.
    """
    options: Options = {"automatic_rounds": False, **settings}
    wanted = ProjectSettings(classes=tuple(classes), targets=dict(targets), **options)
    workspace = _workspace(home)
    try:
        return Project(workspace, projects.create_project(workspace, name, wanted))
    except BaseException:
        workspace.close()
        raise


def open_project(name: str, *, home: Folder | None = None) -> Project:
    """Open a project, wherever it was created.

    Args:
        name: its name.
        home: data folder; None takes LAMM_HOME, or the user's data folder.

    Returns:
        The project, to be closed by `close` or used in a `with` block.

    Raises:
        UnknownProject: there is none of that name; the message lists those there are.
        StorageUnavailable: the data folder or the database cannot be opened.
    """
    workspace = _workspace(home)
    try:
        return Project(workspace, projects.get_project(workspace, name))
    except BaseException:
        workspace.close()
        raise


def list_projects(*, home: Folder | None = None) -> list[str]:
    """Names of all projects, sorted.

    Args:
        home: data folder; None takes LAMM_HOME, or the user's data folder.

    Returns:
        The names.

    Raises:
        StorageUnavailable: the data folder or the database cannot be opened.
    """
    workspace = _workspace(home)
    try:
        return projects.project_names(workspace)
    finally:
        workspace.close()


def _guess(found: Iterable[str], purpose: str | None, language: str | None) -> ColumnMapping:
    """Columns by their usual names; what is said of all rows counts for more than a column that merely has one."""
    mapping = guess_columns(found)
    return replace(
        mapping,
        language=None if language else mapping.language,
        split=None if purpose else mapping.split,
    )


def _purpose(name: str | None) -> Purpose:
    if name is not None and name not in set(Purpose):
        raise InvalidInput(_("There is no purpose {name!r}; there are: {known}.", name=name, known=", ".join(Purpose)))
    return Purpose(name or Purpose.POOL)


def _workspace(home: Folder | None) -> Workspace:
    workspace = open_workspace(None if home is None else Path(home))
    return workspace.acting_as(operator_at("Python"))

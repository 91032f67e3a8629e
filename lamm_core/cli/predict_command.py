"""`lamm predict`: the class of every text of a file."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.json_output import print_json
from lamm_core.cli.shell import complain, open_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from lamm_core.exchange.row_writer import WriteRows
    from lamm_core.model.exported.model import Model
    from lamm_core.workflow.predicting import FileOfTexts


_SHOWN = 5  # languages that a sentence names


def command(
    context: typer.Context,
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="Folder of a model, or the name of a project, whose newest model serves."),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File of texts, in any format that can be imported.")],
    text_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Column of the texts, if it has no usual name.")
    ] = None,
    language_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="Column of their languages, if it has no usual name.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Language of all texts, instead of a column.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File to write: .csv, .jsonl, .parquet; without it, CSV to standard output."),
    ] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", metavar="", help="Add the probability of each class.")
    ] = False,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Where the encoder of the model's folder lies, if not where the folder says."
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", metavar="", help="JSON Lines to standard output; with --out, what was done as JSON."),
    ] = False,
) -> None:
    """Predict the class of every text of a file; the rows come with `predicted` and `probability`.

    A text without a language is centred on the mean of all texts of the project, which costs accuracy.
    """
    if language is not None and language_column is not None:
        raise typer.BadParameter("give --language or --language-column, not both")

    from lamm_core.exchange.reading import open_table

    table = open_table(file)
    loaded = _load(context, model, encoder)

    # Only now, since they take seconds to import: a wrong name is answered at once.
    from lamm_core.cli.progress import counting
    from lamm_core.workflow.predicting import PREDICTED, look_over, predict_file

    texts = look_over(table, text_column, language_column)
    if texts.language is None and language is None:
        complain("The file has no column of languages; --language or --language-column makes predictions better.")
    if loaded.facts.unknown_classes:
        names = ", ".join(map(repr, loaded.facts.unknown_classes))
        complain(f"The model never answers {names}: the project has more classes than the model has seen.")
    counts: Counter[str] = Counter()
    tags: Counter[str] = Counter() if language is None else Counter([language])
    with counting("Predicting", "texts") as report, _written(out, as_json=as_json) as write:
        for rows in predict_file(loaded, texts, language=language, probabilities=probabilities, progress=report):
            write(rows)
            counts.update(rows[PREDICTED].dropna())
            if language is None and texts.language is not None:
                tags.update(rows[texts.language].dropna())
    _tell_unknown_languages(loaded, tags)
    _tell(texts, counts, out, as_json=as_json)


def _load(context: typer.Context, name: str, encoder: str | None) -> Model:
    """The model of a folder; where there is no such folder, of the project of that name."""
    from lamm_core.model.exported.model import load_model

    if (Path(name) / "model.json").exists() or os.sep in name:
        return load_model(name, encoder)
    if encoder is not None:
        raise typer.BadParameter("--encoder is for the folder of a model; a project says itself where its encoder is")

    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        project = get_project(workspace, name)

        from lamm_core.workflow.model_export import project_model

        return project_model(workspace, project)


@contextmanager
def _written(out: Path | None, *, as_json: bool) -> Iterator[WriteRows]:
    """A function that takes rows: to a file, or to standard output."""
    from lamm_core.exchange.row_writer import following_rows, rows_written

    if out is not None:
        with rows_written(out) as write:
            yield write
        return
    ending, first = ".jsonl" if as_json else ".csv", True

    def echo(rows: pd.DataFrame) -> None:
        nonlocal first
        typer.echo(following_rows(rows, ending, first=first), nl=False)
        first = False

    yield echo


def _tell_unknown_languages(model: Model, tags: Iterable[str]) -> None:
    unknown = sorted(each for each in tags if not model.knows_language(each))
    if unknown:
        shown = ", ".join(map(repr, unknown[:_SHOWN])) + (", …" if len(unknown) > _SHOWN else "")
        complain(
            f"The model was not made for {shown}: these texts were centred on the mean of all texts of the project, "
            "and nothing is known of how good it is there."
        )


def _tell(texts: FileOfTexts, counts: Counter[str], out: Path | None, *, as_json: bool) -> None:
    """What was done: beside the rows on the error stream, else as the command's answer."""
    empty = texts.rows - counts.total()
    if texts.first_rejected is not None:
        first = texts.first_rejected
        complain(f"{texts.rejected:,} rows cannot be read; the first is row {first.row}: {first.reason}.")
    if empty:
        complain(f"{empty:,} rows have no text and so no class.")
    if out is None:
        complain(f"Predicted {counts.total():,} texts.")
    elif as_json:
        done = {"file": str(out), "rows": texts.rows, "predicted": counts.total(), "rejected": texts.rejected}
        print_json(done | {"classes": dict(counts.most_common())})
    else:
        typer.echo(f"Predicted {counts.total():,} texts into {out}.")

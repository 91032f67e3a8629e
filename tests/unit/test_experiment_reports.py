"""What a benchmark hands over: Table 1, JSON, CSV, the web page, the picture, and the replays it keeps."""

import csv
import dataclasses
import io
import json
import math
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from rich.console import Console

from lamm_core.errors import StorageUnavailable
from lamm_core.experiments import digest as digests
from lamm_core.experiments import environment, figures, kept_replays, processes
from lamm_core.experiments.backtest import BacktestResult, run_backtest
from lamm_core.experiments.curves import curves_figure
from lamm_core.experiments.digest import CannotBeNamed, digest
from lamm_core.experiments.facts import facts
from lamm_core.experiments.files import WRITERS, write_file
from lamm_core.experiments.html_report import html_report
from lamm_core.experiments.kept_replays import KeptReplays
from lamm_core.experiments.label_cut import hrl_label_cut
from lamm_core.experiments.lines import COLOURS, DASHES, lines_of
from lamm_core.experiments.record import as_record, results_json
from lamm_core.experiments.replay import Replay, replay
from lamm_core.experiments.shown_table import ShownTable, shown_tables
from lamm_core.experiments.spread import spread
from lamm_core.experiments.table_one import table_one, to_csv
from lamm_core.experiments.tasks import BenchmarkTask, TaskData
from lamm_core.experiments.terminal_table import terminal_tables
from lamm_core.selection import STRATEGIES
from lamm_core.selection.uncertainty import entropy

LANGUAGES = ("en", "de")
CURVES = np.array([[[0.5, 0.6], [0.7, 0.8]], [[0.7, 0.6], [0.9, 1.0]]])


def result(**change) -> BacktestResult:
    """Two seeds, two rounds, two languages; `lamm` never meets its target of 0.9."""
    plain = {
        "task": "small",
        "strategy": "lamm",
        "uncertainty": "entropy",
        "preparation": "plain",
        "encoder": "some",
        "target": 0.9,
        "seeds": (0, 1),
        "languages": LANGUAGES,
        "labels": (20, 30),
        "curves": CURVES,
        "label_counts": np.array([[20, 10], [10, 20]]),
        "pool_share": {"en": 0.75, "de": 0.25},
        "seconds": 1.5,
    }
    return BacktestResult(**plain | change)


def one_seed(**change) -> BacktestResult:
    return result(seeds=(4,), curves=CURVES[:1], label_counts=np.array([[20, 10]]), **change)


@pytest.fixture
def results() -> list[BacktestResult]:
    """Two strategies and two preparations; `lc` is better in English, `lamm` in German, and `lc` meets 0.9 at last."""
    better = np.array([[[0.9, 0.1], [0.9, 0.1]], [[0.9, 0.1], [0.9, 0.1]]])
    at_last = np.full((2, 2, 2), 0.95)
    lc_counts = np.array([[25, 5], [25, 5]])
    return [
        result(),
        result(strategy="lc", curves=better, label_counts=lc_counts),
        result(preparation="other", curves=at_last),
    ]


# figures over seeds


def test_the_standard_error_is_that_of_a_mean():
    assert figures.standard_error([1.0, 2.0, 3.0]) == pytest.approx(1 / math.sqrt(3))
    assert figures.standard_error([1.0]) is None


def test_each_figure_is_taken_of_every_seed_before_its_error():
    found = spread(result())
    # Areas: English 0.6 and 0.8, German 0.7 and 0.8.
    assert found.auc == {"en": pytest.approx(0.1), "de": pytest.approx(0.05)}
    assert (found.hrl, found.lrl) == (pytest.approx(0.1), pytest.approx(0.05))
    assert found.mean == pytest.approx(0.075)
    # Deficits: 100 * (0.4 + 0.3 + 0.2 + 0.1) / 2 = 50, and 100 * (0.2 + 0.3) / 2 = 25.
    assert found.deficit == pytest.approx(12.5)
    assert found.ltt == (math.inf, math.inf)


def test_the_error_of_the_others_is_not_the_mean_of_their_errors():
    """Two languages that go against each other have a mean that stands still."""
    curves = np.array([[[0.5, 0.6, 0.8]], [[0.5, 0.8, 0.6]]])
    shares = {"en": 0.6, "de": 0.3, "ja": 0.1}
    counts = np.array([[1, 1, 1], [1, 1, 1]])
    found = spread(
        result(languages=("en", "de", "ja"), labels=(20,), curves=curves, label_counts=counts, pool_share=shares)
    )
    assert found.auc["de"] == pytest.approx(0.1)
    assert found.lrl == pytest.approx(0)


@pytest.mark.parametrize(
    ("ordered", "part", "expected"),
    [
        ([100.0], 0.25, 100),
        ([100.0, 200.0], 0.5, 150),
        ([100.0, 200.0, 300.0, 400.0], 0.25, 175),
        ([100.0, 200.0, math.inf], 0.25, 150),
        ([100.0, 200.0, math.inf], 0.5, 200),
        ([100.0, 200.0, math.inf], 0.75, math.inf),
        ([math.inf, math.inf], 0.25, math.inf),
    ],
)
def test_a_quantile_lies_between_its_neighbours_and_infinity_counts_only_where_it_has_a_part(ordered, part, expected):
    assert figures.quantile(ordered, part) == expected


def test_one_seed_has_no_spread():
    alone = spread(one_seed())
    assert alone.auc == {"en": None, "de": None}
    assert [alone.hrl, alone.lrl, alone.mean, alone.deficit, alone.ltt] == [None] * 5


# label cut


def test_the_label_cut_is_against_lc_of_the_same_task_and_preparation(results):
    # 15 English labels against 25.
    assert hrl_label_cut(results[0], results) == pytest.approx(0.4)
    assert hrl_label_cut(results[1], results) == 0
    assert hrl_label_cut(results[2], results) is None
    elsewhere = result(task="other", strategy="lc", label_counts=np.array([[1, 29], [1, 29]]))
    assert hrl_label_cut(results[0], [*results, elsewhere]) == pytest.approx(0.4)


def test_the_label_cut_is_against_random_where_lc_was_not_run():
    random = result(strategy="random", label_counts=np.array([[10, 20], [10, 20]]))
    assert hrl_label_cut(result(), [result(), random]) == pytest.approx(-0.5)


def test_there_is_no_label_cut_without_a_largest_language_or_without_labels_to_save():
    equal = {"pool_share": {"en": 0.5, "de": 0.5}}
    assert hrl_label_cut(result(**equal), [result(strategy="lc", **equal)]) is None
    none_spent = result(strategy="lc", label_counts=np.array([[0, 30], [0, 30]]))
    assert hrl_label_cut(result(), [none_spent]) is None


# JSON


def refuse(token: str) -> float:
    raise ValueError(f"{token} is not valid JSON")


def test_results_are_valid_json_and_never_is_null(results):
    assert results[0].ltt == math.inf
    records = json.loads(results_json(results), parse_constant=refuse)
    assert (records[0]["ltt"], records[0]["ltt_quartiles"]) == (None, [None, None])
    assert records[0]["auc"] == pytest.approx(results[0].auc)
    assert [list(each) for each in records] == [list(as_record(each, results)) for each in results]


def test_a_record_carries_every_figure():
    record = as_record(result())
    assert " ".join(record) == (
        "task strategy uncertainty preparation translated encoder target seeds labels accuracy auc label_share "
        "pool_share hrl lrl mean ltt deficit seconds "
        "auc_se hrl_se lrl_se mean_se ltt_quartiles deficit_se hrl_label_cut seed_list versions commit"
    )
    assert record["seeds"] == 2
    assert record["seed_list"] == [0, 1]
    assert record["accuracy"] == {"en": pytest.approx([0.6, 0.8]), "de": pytest.approx([0.6, 0.9])}
    assert record["auc"] == {"en": pytest.approx(0.7), "de": pytest.approx(0.75)}
    assert record["label_share"] == {"en": 0.5, "de": 0.5}
    assert (record["hrl"], record["lrl"], record["mean"]) == pytest.approx((0.7, 0.75, 0.725))
    assert set(record["versions"]) == {"lamm", "python", "numpy", "scikit-learn"}
    assert record["hrl_label_cut"] is None


def test_what_one_seed_cannot_say_is_null():
    record = json.loads(results_json([one_seed()]), parse_constant=refuse)[0]
    assert record["auc_se"] == {"en": None, "de": None}
    assert {record[key] for key in ("hrl_se", "lrl_se", "mean_se", "ltt_quartiles", "deficit_se")} == {None}


# CSV


def test_the_csv_read_again_equals_the_table(results):
    several = [*results, one_seed(task="lone", languages=("fr", "de"), pool_share={"fr": 0.6, "de": 0.4})]
    rows = list(csv.DictReader(io.StringIO(to_csv(several))))
    table = table_one(several)
    assert list(rows[0]) == list(table.columns)
    for row, expected in zip(rows, table.to_dict("records"), strict=True):
        for column, value in expected.items():
            if pd.isna(value):
                assert row[column] == ""
            else:
                assert type(value)(row[column]) == value
    assert [float(row["A en"] or -1) for row in rows] == pytest.approx([0.7, 0.9, 0.95, -1])
    assert [float(rows[0][column]) for column in ("D de", "L de", "A_se de", "ltt")] == [
        *(0.25, 0.5, pytest.approx(0.05)),
        math.inf,
    ]
    assert [row["seeds"] for row in rows] == ["0 1", "0 1", "0 1", "4"]
    assert rows[3]["hrl_se"] == rows[3]["ltt_q1"] == rows[3]["A_se de"] == ""


# the table that is shown


def best_cells(shown: ShownTable) -> dict[str, list[str]]:
    """Column to the names of the rows that are marked in it."""
    columns = {
        heading: [row.name for row in shown.rows if row.summary[heading].best] for heading in shown.rows[0].summary
    }
    return columns | {
        f"A {language}": [row.name for row in shown.rows if row.area[language].best] for language in shown.languages
    }


def test_the_best_of_each_column_is_marked(results):
    (shown,) = shown_tables(results[:2])
    assert best_cells(shown) == {
        "HRL": ["lc"],
        "LRL": ["lamm"],
        "mean": ["lamm"],
        "LTT": [],  # nobody gets there
        "deficit": ["lamm"],
        "HRL label cut": [],  # fewer labels are no merit of their own
        "A en": ["lc"],
        "A de": ["lamm"],
    }


def test_the_smallest_number_of_labels_and_the_smallest_deficit_are_the_best(results):
    (shown,) = shown_tables(results)
    assert best_cells(shown)["LTT"] == best_cells(shown)["deficit"] == ["lamm, other"]
    assert [row.summary["LTT"].text for row in shown.rows] == ["never", "never", "20"]


def test_rows_that_look_the_same_are_both_best_and_a_row_alone_is_not():
    nearly = result(strategy="ea", curves=CURVES + 1e-6)
    (shown,) = shown_tables([result(), nearly])
    assert best_cells(shown)["HRL"] == ["lamm", "ea"]
    (alone,) = shown_tables([result()])
    assert not any(best_cells(alone).values())


def test_rows_are_called_by_what_tells_them_apart(results):
    assert [row.name for row in shown_tables(results)[0].rows] == ["lamm, plain", "lc, plain", "lamm, other"]
    assert [row.name for row in shown_tables(results[:2])[0].rows] == ["lamm", "lc"]


def test_numbers_are_shown_with_what_they_may_be_off(results):
    row = shown_tables(results)[0].rows[0]
    summary = {heading: (cell.text, cell.spread) for heading, cell in row.summary.items()}
    assert summary == {
        "HRL": ("0.700", "± 0.100"),
        "LRL": ("0.750", "± 0.050"),
        "mean": ("0.725", "± 0.075"),
        "LTT": ("never", "never"),
        "deficit": ("37.5", "± 12.5"),
        "HRL label cut": ("40.0 %", ""),
    }
    assert (row.pool_share["en"].text, row.label_share["en"].text, row.area["en"].text) == ("75.0 %", "50.0 %", "0.700")


def test_one_seed_says_in_words_that_the_error_is_unknown():
    (shown,) = shown_tables([one_seed(), one_seed(strategy="lc")])
    assert any("standard error is unknown" in note for note in shown.notes)
    assert {cell.spread for row in shown.rows for cell in (*row.summary.values(), *row.area.values())} == {""}


def test_each_task_has_a_table_of_its_own_languages(results):
    other = result(task="other", languages=("fr", "pl"), pool_share={"fr": 0.5, "pl": 0.5})
    first, second = shown_tables([results[0], other, results[1]])
    assert (first.task, [row.name for row in first.rows], first.languages) == ("small", ["lamm", "lc"], LANGUAGES)
    assert (second.task, second.languages) == ("other", ("fr", "pl"))
    assert second.rows[0].summary["HRL label cut"].text == "–"


# terminal


def printed(shown: ShownTable, *, colour: bool = False) -> str:
    screen = Console(width=100, file=io.StringIO(), force_terminal=colour, color_system="standard" if colour else None)
    for table in terminal_tables(shown):
        screen.print(table)
    return screen.file.getvalue()


def test_the_terminal_shows_the_table_in_100_columns_and_the_best_in_bold(results):
    many = tuple(f"l{number}" for number in range(14))
    counts, curves = np.ones((2, 14), dtype=int), np.full((2, 2, 14), 0.5)
    wide = [
        result(
            task="wide", strategy=f"strategy-{number}", preparation=f"preparation-{number}", languages=many,
            curves=curves, label_counts=counts, pool_share=dict.fromkeys(many, 1 / 14),
        )
        for number in range(8)
    ]  # fmt: skip
    text = printed(shown_tables(wide)[0])
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100
    assert "…" not in text
    assert all(f"strategy-{number}" in text for number in range(8))

    bold = re.findall(r"\x1b\[1m(0\.\d{3})", printed(shown_tables(results[:2])[0], colour=True))
    assert bold == ["0.750", "0.725", "0.900", "0.900", "0.750"]  # LRL and mean of lamm, HRL of lc; A en, A de


# curves


def test_every_language_has_a_chart_with_a_line_and_a_band_a_strategy_and_the_target(results):
    figure = curves_figure(results)
    assert [each.text for each in figure.layout.annotations] == list(LANGUAGES)
    curves = [trace for trace in figure.data if trace.line.dash]
    assert [trace.name for trace in curves] == ["lamm, plain", "lc, plain", "lamm, other"] * 2
    assert curves[0].y == pytest.approx((0.6, 0.8))
    assert curves[0].x == (20, 30)
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == 6
    # Seeds 0.5 and 0.7, then 0.7 and 0.9: the mean plus and minus 0.1, there and back.
    assert bands[0].y == pytest.approx((0.7, 0.9, 0.7, 0.5))
    targets = [trace for trace in figure.data if trace.name == "target 0.90"]
    assert [trace.y for trace in targets] == [(0.9, 0.9)] * 2
    assert sum(trace.showlegend for trace in figure.data) == 4


def test_one_seed_has_lines_without_bands():
    assert not any(trace.fill == "toself" for trace in curves_figure([one_seed()]).data)


def test_lines_differ_without_colour_too_and_look_the_same_in_every_language():
    several = [result(strategy=f"s{number}") for number in range(6)]
    lines = lines_of(several, "en")
    assert len({line.dash for line in lines}) == len({line.colour for line in lines}) == 6
    assert [(line.colour, line.dash) for line in lines] == [
        (each.colour, each.dash) for each in lines_of(several, "de")
    ]
    many = lines_of([result(strategy=f"s{number}") for number in range(42)], "en")
    assert len({(line.colour, line.dash) for line in many}) == len(COLOURS) * len(DASHES) == 42


def luminance(colour: str) -> float:
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("paper", ["#ffffff", "#16181d"])
@pytest.mark.parametrize("colour", COLOURS)
def test_lines_stand_out_from_light_and_from_dark_paper(colour: str, paper: str):
    low, high = sorted((luminance(colour), luminance(paper)))
    assert (high + 0.05) / (low + 0.05) >= 3


# the web page


class Page(HTMLParser):
    """Where a page points, and what it says outside its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.bold: list[str] = []
        self.words = ""
        self._within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self._within.append(tag)
        self.outside += [value for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]
        if tag in ("link", "iframe", "img", "object", "form"):
            self.outside.append(tag)

    def handle_endtag(self, tag):
        self._within.pop()

    def handle_data(self, data):
        if not {"script", "style"} & set(self._within):
            self.words += data
        if "strong" in self._within:
            self.bold.append(data)


def test_the_page_needs_nothing_but_itself(results):
    page = html_report(results)
    assert Page(page).outside == []
    assert not re.search(r"""(src|href)=["']?https?:""", page.split("<body>")[1])
    assert "default-src 'none'" in page
    assert "@import" not in page.split("</style>")[0]
    assert "prefers-color-scheme: dark" in page
    assert "Plotly.newPlot" in page.split("<body>")[1]


def test_the_page_shows_the_table_with_the_best_in_bold_and_names_what_was_run(results):
    page = Page(html_report(results[:2]))
    # Rows in turn: LRL, mean, deficit and A de of lamm, then HRL and A en of lc.
    assert page.bold == ["0.750", "0.725", "37.5", "0.750", "0.900", "0.900"]
    for words in (*facts(results[:2]).values(), "small: target 0.90, 30 labels, 2 seeds", "± 0.100", "never", "40.0 %"):
        assert words in page.words


def test_names_are_shown_as_they_are_and_never_run():
    nasty = "<img src=x onerror=alert(1)></script>&\"'"
    page = html_report([result(strategy=nasty, encoder=nasty, task=nasty), result(strategy="lc", task=nasty)])
    assert "<img" not in page.split("<body>")[1]
    assert page.split("<body>")[1].count("</script>") == page.split("<body>")[1].count("<script") == 1
    read = Page(page)
    assert read.outside == []
    assert read.words.count(nasty) == 5  # heading, strategies, encoder, title of the task, row of the table


# the picture and the files


def test_the_picture_is_a_png_of_its_size(results, tmp_path):
    write_file([*results, one_seed(task="lone", strategy="$x$")], "png", tmp_path / "new" / "picture.png")
    with Image.open(tmp_path / "new" / "picture.png") as picture:
        assert picture.format == "PNG"
        assert picture.width >= 1_500
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}
    assert tuple(int(COLOURS[0][start : start + 2], 16) for start in (1, 3, 5)) in colours


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_is_there_whole_or_not_at_all(kind, results, tmp_path, monkeypatch):
    file = tmp_path / f"results.{kind}"
    file.write_text("before")

    def half(_, path: Path) -> None:
        path.write_text("half")
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setitem(WRITERS, kind, half)
        with pytest.raises(OSError, match="No space"):
            write_file(results, kind, file)
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    assert file.read_text() == "before"
    write_file(results, kind, file)
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
    assert file.stat().st_size > 100


def test_nan_is_nowhere(results, tmp_path):
    hard = [*results, one_seed(task="lone"), one_seed(task="lone", strategy="lc")]
    page = html_report(hard)
    texts = [results_json(hard), to_csv(hard), Page(page).words, page.split("<body>")[1]]
    texts += [printed(shown) for shown in shown_tables(hard)]
    assert [text for text in texts if re.search(r"\bnan\b", text, re.IGNORECASE)] == []
    assert [text for text in texts if "None" in text] == []


def test_matplotlib_is_loaded_only_for_a_picture():
    code = "import sys, lamm_core.experiments.files; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib", "streamlit", "torch"} & set(loaded)


# what was run with


def test_the_commit_is_that_of_the_checkout_and_empty_elsewhere(tmp_path):
    def git(*words: str) -> str:
        named = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(
            ["git", "-C", str(tmp_path), *named, *words], capture_output=True, text=True, check=True
        ).stdout.strip()

    assert environment.commit.__wrapped__(tmp_path) == ""
    git("init", "-q")
    (tmp_path / "other.txt").write_text("1")
    git("add", ".")
    git("commit", "-q", "-m", "a repository of something else")
    assert environment.commit.__wrapped__(tmp_path) == ""
    (tmp_path / "lamm_core").mkdir()
    (tmp_path / "lamm_core" / "__init__.py").write_text("")
    git("add", ".")
    git("commit", "-q", "-m", "the package")
    head = git("rev-parse", "HEAD")
    assert environment.commit.__wrapped__(tmp_path) == head
    (tmp_path / "other.txt").write_text("2")
    assert environment.commit.__wrapped__(tmp_path) == f"{head}-dirty"


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.commit.__wrapped__() == ""


# kept replays

SMALL = BenchmarkTask(
    "small", "none", {"en": 0.7, "de": 0.3}, pool_size=None, target=0.8, labels=35, first=20, batch=15
)


@pytest.fixture
def task_data() -> TaskData:
    rng = np.random.default_rng(5)
    languages = np.array(["en"] * 40 + ["de"] * 20 + ["en", "de"] * 20)
    positions = np.arange(100)
    return TaskData(
        task=SMALL,
        texts=np.array([f"text {number}" for number in positions], dtype=object),
        classes=rng.choice(["games", "mail"], 100),
        languages=languages,
        rows=positions,
        pool=positions[:60],
        check=positions[60:80],
        test=positions[80:],
    )


@pytest.fixture
def embeddings(task_data) -> np.ndarray:
    rng = np.random.default_rng(1)
    means = np.where(task_data.classes == "mail", 1.0, -1.0)[:, None]
    return (means + rng.normal(size=(100, 6))).astype(np.float32)


@pytest.fixture
def runs(monkeypatch) -> list[tuple[object, int]]:
    """Strategy and seed of every replay that is really run."""
    seen: list[tuple[object, int]] = []

    def spy(arena, plan, strategy, seed, *more):
        seen.append((strategy, seed))
        return replay(arena, plan, strategy, seed, *more)

    monkeypatch.setattr(processes, "replay", spy)
    return seen


STRATEGY_NAMES = ["lamm", "random"]


def run(task_data, embeddings, kept=None, strategies=STRATEGY_NAMES, seeds=(0, 1), **more):
    return run_backtest(task_data, embeddings, strategies, seeds, workers=1, kept=kept, **more)


def assert_same(one: list[BacktestResult], other: list[BacktestResult]) -> None:
    for a, b in zip(one, other, strict=True):
        assert (a.strategy, a.labels, a.seeds) == (b.strategy, b.labels, b.seeds)
        np.testing.assert_array_equal(a.curves, b.curves)
        np.testing.assert_array_equal(a.label_counts, b.label_counts)


class Killed(Exception):
    """The run ends here."""


def test_an_interrupted_benchmark_goes_on_where_it_stopped(task_data, embeddings, runs, tmp_path):
    whole = run(task_data, embeddings)
    runs.clear()

    def kill(done: int, _: int) -> None:
        if done == 3:
            raise Killed

    with pytest.raises(Killed):
        run(task_data, embeddings, KeptReplays(tmp_path), progress=kill)
    assert runs == [("lamm", 0), ("lamm", 1), ("random", 0)]

    runs.clear()
    kept = KeptReplays(tmp_path)
    told: list[tuple[int, int]] = []
    again = run(task_data, embeddings, kept, progress=lambda *now: told.append(now))
    assert runs == [("random", 1)]
    assert kept.taken == 3
    assert told == [(3, 4), (4, 4)]
    assert_same(again, whole)

    runs.clear()
    assert_same(run(task_data, embeddings, KeptReplays(tmp_path)), whole)
    assert runs == []


def test_replays_in_processes_are_kept_under_their_own_names(task_data, embeddings, runs, tmp_path):
    together = run_backtest(task_data, embeddings, STRATEGY_NAMES, [0, 1], workers=2, kept=KeptReplays(tmp_path))
    runs.clear()
    assert_same(run(task_data, embeddings, KeptReplays(tmp_path)), together)
    assert runs == []
    assert together[0].seconds == pytest.approx(run(task_data, embeddings, KeptReplays(tmp_path))[0].seconds)


def test_fresh_runs_all_again_and_keeps_the_new_ones(task_data, embeddings, runs, tmp_path):
    run(task_data, embeddings, KeptReplays(tmp_path))
    before = sorted(tmp_path.glob("*.npz"))
    for file in before:
        file.write_bytes(b"old")
    run(task_data, embeddings, KeptReplays(tmp_path, fresh=True))
    assert len(runs) == 8
    assert sorted(tmp_path.glob("*.npz")) == before
    assert all(file.read_bytes() != b"old" for file in before)


def test_more_seeds_and_strategies_add_to_what_is_kept(task_data, embeddings, runs, tmp_path):
    run(task_data, embeddings, KeptReplays(tmp_path))
    runs.clear()
    run(task_data, embeddings, KeptReplays(tmp_path), strategies=["lamm", "ea"], seeds=(0, 2))
    assert runs == [("lamm", 2), ("ea", 0), ("ea", 2)]


def changed_class(task_data: TaskData, place: int) -> TaskData:
    classes = task_data.classes.copy()
    classes[place] = "mail" if classes[place] == "games" else "games"
    return dataclasses.replace(task_data, classes=classes)


@pytest.mark.parametrize(
    "change",
    [
        {"target": 0.7},
        {"labels": 40},
        {"uncertainty": "margin"},
        {"encoder": "another"},
        {"task_data": lambda data: changed_class(data, 0)},
        {"task_data": lambda data: changed_class(data, 99)},
        {"task_data": lambda data: dataclasses.replace(data, rows=data.rows + 1)},
        {"task_data": lambda data: dataclasses.replace(data, task=dataclasses.replace(SMALL, name="other"))},
        {"task_data": lambda data: dataclasses.replace(data, task=dataclasses.replace(SMALL, batch=5))},
        {"embeddings": lambda vectors: vectors + np.eye(100, 6, dtype=np.float32)},
    ],
)
def test_whatever_decides_a_replay_makes_it_another(task_data, embeddings, runs, tmp_path, change):
    run(task_data, embeddings, KeptReplays(tmp_path))
    runs.clear()
    data = change.pop("task_data", lambda same: same)(task_data)
    vectors = change.pop("embeddings", lambda same: same)(embeddings)
    run(data, vectors, KeptReplays(tmp_path), **change)
    assert len(runs) == 4


def test_other_code_versions_or_definitions_make_it_another(task_data, embeddings, runs, tmp_path, monkeypatch):
    run(task_data, embeddings, KeptReplays(tmp_path))
    for place, name, value in (
        (kept_replays, "source_digest", lambda: "other code"),
        (kept_replays, "versions", lambda: {"lamm": "99"}),
        (kept_replays, "ALGORITHM", kept_replays.ALGORITHM + 1),
    ):
        runs.clear()
        with monkeypatch.context() as changed:
            changed.setattr(place, name, value)
            run(task_data, embeddings, KeptReplays(tmp_path))
        assert len(runs) == 4, name
    runs.clear()
    monkeypatch.setitem(STRATEGIES, "lamm", dataclasses.replace(STRATEGIES["ea"], name="lamm"))
    run(task_data, embeddings, KeptReplays(tmp_path))
    assert runs == [("lamm", 0), ("lamm", 1)]


def my_entropy(probabilities):
    return entropy(probabilities)


@pytest.mark.parametrize(
    "given", [{"strategies": [STRATEGIES["lamm"]]}, {"uncertainty": entropy}, {"uncertainty": my_entropy}]
)
def test_what_was_given_as_code_is_never_kept(task_data, embeddings, runs, tmp_path, given):
    for _ in range(2):
        run(task_data, embeddings, KeptReplays(tmp_path), **given)
    assert len(runs) == 2 * 2 * len(given.get("strategies", STRATEGY_NAMES))
    assert list(tmp_path.glob("*.npz")) == []


def test_a_registered_function_from_outside_the_package_is_never_kept(
    task_data, embeddings, runs, tmp_path, monkeypatch
):
    monkeypatch.setitem(kept_replays.find_uncertainty.__globals__["UNCERTAINTIES"], "mine", my_entropy)
    for _ in range(2):
        run(task_data, embeddings, KeptReplays(tmp_path), uncertainty="mine")
    assert len(runs) == 8


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "other", "not finite"])
def test_a_damaged_file_is_run_again_and_mended(task_data, embeddings, runs, tmp_path, damage):
    whole = run(task_data, embeddings, KeptReplays(tmp_path))
    file = sorted(tmp_path.glob("*.npz"))[0]
    content = bytearray(file.read_bytes())
    with np.load(file) as read:
        arrays = dict(read)
    if damage == "flipped":
        content[content.index(arrays["curve"].tobytes())] ^= 1
    elif damage in ("other", "not finite"):
        spoilt = io.BytesIO()
        shape = {"other": arrays["curve"][:1], "not finite": arrays["curve"] * np.nan}
        np.savez(spoilt, **arrays | {"curve": shape[damage]})
        content = bytearray(spoilt.getvalue())
    file.write_bytes({"empty": b"", "cut": content[:100]}.get(damage, content))

    runs.clear()
    assert_same(run(task_data, embeddings, KeptReplays(tmp_path)), whole)
    assert len(runs) == 1
    assert_same(run(task_data, embeddings, KeptReplays(tmp_path)), whole)
    assert len(runs) == 1


def test_a_folder_or_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailable, match="cannot be made"):
        KeptReplays(tmp_path / "file" / "benchmarks")
    kept = KeptReplays(tmp_path / "benchmarks")
    (tmp_path / "benchmarks" / "name.npz").mkdir()
    with pytest.raises(StorageUnavailable, match=r"name\.npz"):
        kept.keep("name", Replay((1,), np.zeros((1, 1)), np.zeros(1, dtype=np.int64), 1.0))


# digests


def test_a_digest_tells_values_their_kinds_and_their_bounds_apart():
    values = [
        ("ab", "c"), ("a", "bc"), (["a", "b"], "c"), ("1",), (1,), (1.0,), (True,), (None,), ({"a": 1},), (["a", 1],),
        (np.zeros(4, dtype=np.float32),), (np.zeros((2, 2), dtype=np.float32),), (np.zeros(2),), (b"ab",),
    ]  # fmt: skip
    assert len({digest(*each) for each in values}) == len(values)


def test_a_digest_is_the_same_in_another_process():
    code = "from lamm_core.experiments.digest import digest; print(digest('a', 1.5, [None, {'b': 2}]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest("a", 1.5, [None, {"b": 2}])


def test_what_cannot_be_told_apart_has_no_digest():
    for value in (my_entropy, object(), np.array([object()]), Path()):
        with pytest.raises(CannotBeNamed):
            digest(value)


# Modules that a replay imports and that do not decide what comes of it; nor do the words.
_DO_NOT_DECIDE = {
    "__init__.py",
    "bounded.py",
    "errors.py",
    "experiments/__init__.py",
    "files.py",
    "model/__init__.py",
    "model/embedding_store.py",
    "model/half_precision.py",
    "model/key_index.py",
    "model/trusted.py",
    "paths.py",
    "records.py",
}


def test_all_the_code_that_a_replay_runs_through_is_in_the_digest_of_the_sources():
    code = (
        "import sys, lamm_core.experiments.replay\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.partition('.')[0] == 'lamm_core'), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    folder = Path(digests.__file__).parents[1]
    loaded = {Path(line).relative_to(folder).as_posix() for line in done.stdout.splitlines()}
    covered = {each for each in loaded if each.startswith(tuple(digests._SOURCES))}
    words = {each for each in loaded if each.startswith("words/")}
    assert loaded - covered - words == _DO_NOT_DECIDE & loaded
    assert "selection/batch.py" in covered

"""`lamm project create`, `change` and `show`: metric, class targets, check set, price."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from test_cli import fails, misused, works

from lamm_core.cli.exit_codes import ExitCode
from lamm_core.cli.project_text import changes
from lamm_core.cli.project_values import parse_class_targets, parse_targets
from lamm_core.records import ProjectSettings
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.workspace import Workspace, open_workspace

_CREATE = ("project", "create", "shop", "--classes", "pen,size: A4=x", "--languages", "en,pl")
_LANGUAGES, _CLASSES = ("en", "pt-BR"), ("pen", "a:b=c", "=:")


@pytest.fixture
def workspace(home: Path) -> Iterator[Workspace]:
    opened = open_workspace(home)
    yield opened
    opened.close()


def settings(workspace: Workspace) -> ProjectSettings:
    return get_project(workspace, "shop").settings


def test_a_project_is_made_with_metric_class_targets_check_set_and_price(home: Path, workspace: Workspace) -> None:
    works(
        home, *_CREATE, "--metric", "macro-f1", "--class-target", "en:size: A4=x=0.8", "--class-target", "pl:pen=0.55",
        "--check-share", "0.3", "--check-part", "0.1", "--check-width", "0.04", "--price", "0.125", "--currency", "PLN",
    )  # fmt: skip
    made = settings(workspace)
    assert made.metric == "macro-f1"
    assert made.class_targets == {("en", "size: A4=x"): 0.8, ("pl", "pen"): 0.55}
    assert (made.check_share, made.check_part, made.check_width) == (0.3, 0.1, 0.04)
    assert (made.price_per_label, made.currency) == (0.125, "PLN")


def test_a_project_without_these_options_has_the_settings_of_new_projects(home: Path, workspace: Workspace) -> None:
    works(home, *_CREATE)
    assert settings(workspace) == ProjectSettings(classes=("pen", "size: A4=x"), targets={"en": 0.9, "pl": 0.9})


def test_a_change_keeps_what_is_not_given_and_lists_what_is(home: Path, workspace: Workspace) -> None:
    works(home, *_CREATE, "--class-target", "pl:pen=0.55", "--target", "pl=0.333", "--no-automatic-rounds")
    before = settings(workspace)
    out = works(home, "project", "change", "shop", "--metric", "macro-f1", "--price", "0.2").stdout
    assert out.splitlines() == [
        "metric: accuracy → macro-f1",
        "price: 0.0 → 0.2",
        "This holds from the next round on.",
    ]
    after = settings(workspace)
    assert (after.metric, after.price_per_label) == ("macro-f1", 0.2)
    assert after == ProjectSettings(**(vars(before) | {"metric": "macro-f1", "price_per_label": 0.2}))


def test_every_setting_can_be_changed(home: Path, workspace: Workspace, tmp_path: Path) -> None:
    advice = tmp_path / "advice.txt"
    advice.write_text("Look twice.", "utf-8")
    works(home, *_CREATE)
    works(
        home, "project", "change", "shop", "--classes", "ruler", "--languages", "de", "--target", "0.7", "--target",
        "de=0.6", "--metric", "macro-f1", "--class-target", "de:ruler=0.5", "--guidelines-file", advice, "--budget",
        "7", "--strategy", "ea", "--uncertainty", "margin", "--encoder", "builtin:e5-small", "--preparation", "plain",
        "--seed", "3", "--lease-minutes", "5", "--check-share", "0", "--check-part", "0.5", "--check-width", "0.1",
        "--price", "1.5", "--currency", "USD", "--translator", "parallel:x.csv", "--translation-weight", "0.25",
        "--no-use-translations", "--no-automatic-rounds", "--suggestions", "--overlap-share", "0.2",
        "--overlap-count", "3", "--gold-count", "7", "--gold-feedback",
        "--consensus", "dawid-skene",
    )  # fmt: skip
    assert settings(workspace) == ProjectSettings(
        classes=("pen", "size: A4=x", "ruler"),
        targets={"en": 0.7, "pl": 0.7, "de": 0.6},
        guidelines="Look twice.",
        budget=7,
        strategy="ea",
        uncertainty="margin",
        encoder="builtin:e5-small",
        preparation="plain",
        seed=3,
        lease_minutes=5,
        automatic_rounds=False,
        translator="parallel:x.csv",
        translation_weight=0.25,
        use_translations=False,
        metric="macro-f1",
        class_targets={("de", "ruler"): 0.5},
        check_part=0.5,
        check_share=0.0,
        check_width=0.1,
        price_per_label=1.5,
        currency="USD",
        suggestions=True,
        overlap_share=0.2,
        overlap_count=3,
        gold_count=7,
        gold_feedback=True,
        consensus="dawid-skene",
    )


def test_a_class_target_is_changed_taken_away_and_the_others_stay(home: Path, workspace: Workspace) -> None:
    works(home, *_CREATE, "--class-target", "en:pen=0.8", "--class-target", "pl:pen=0.5")
    works(home, "project", "change", "shop", "--class-target", "en:pen=none", "--class-target", "pl:size: A4=x=0.6")
    assert settings(workspace).class_targets == {("pl", "pen"): 0.5, ("pl", "size: A4=x"): 0.6}


def test_gold_items_are_set_shown_and_switched_off_again(home: Path, workspace: Workspace) -> None:
    works(home, *_CREATE, "--gold-count", "4", "--gold-feedback")
    assert (settings(workspace).gold_count, settings(workspace).gold_feedback) == (4, True)
    shown = works(home, "project", "show", "shop").stdout
    assert re.search(r"gold-count +4\b", shown)
    assert re.search(r"gold-feedback +yes\b", shown)
    out = works(home, "project", "change", "shop", "--gold-count", "0", "--no-gold-feedback").stdout
    assert out.splitlines()[:-1] == ["gold-count: 4 → 0", "gold-feedback: yes → no"]
    record = json.loads(works(home, "project", "show", "shop", "--json").stdout)
    assert (record["gold_count"], record["gold_feedback"]) == (0, False)


def test_a_change_of_nothing_says_so(home: Path) -> None:
    works(home, *_CREATE)
    assert works(home, "project", "change", "shop", "--price", "0").stdout == "Nothing changes in 'shop'.\n"


def test_the_settings_are_shown_as_they_are_written(home: Path) -> None:
    works(home, *_CREATE, "--class-target", "pl:pen=0.55", "--price", "0.12", "--target", "0.8")
    rows = dict(line.split(None, 1) for line in works(home, "project", "show", "shop").stdout.splitlines()[3:])
    shown = {name: value.strip() for name, value in rows.items()}
    assert shown["class-target"] == "pl:pen=0.55"
    assert shown["target"] == "en=0.8, pl=0.8"
    assert (shown["metric"], shown["check-share"], shown["price"]) == ("accuracy", "0.2", "0.12")


def test_the_settings_are_written_as_json(home: Path, workspace: Workspace) -> None:
    works(home, *_CREATE, "--class-target", "pl:pen=0.55")
    record = json.loads(works(home, "project", "show", "shop", "--json").stdout)
    assert set(record) == {"project", "created_at", *vars(settings(workspace))}
    assert record["class_targets"] == [{"language": "pl", "class": "pen", "target": 0.55}]
    assert record["targets"] == {"en": 0.9, "pl": 0.9}
    assert (record["metric"], record["check_width"], record["currency"]) == ("accuracy", 0.05, "EUR")


_UNWORKABLE = [
    (("--metric", "f1"), "There is no metric 'f1'; there are: accuracy, macro-f1."),
    (("--class-target", "en:pen=80"), "The target of class 'pen' in 'en' is 80.0; it must be above 0 and at most 1."),
    (("--class-target", "en:pen=nan"), "The target of class 'pen' in 'en' is nan"),
    (("--check-share", "1.5"), "is 1.5; it must be a number from 0 to 1."),
    (("--check-part", "0.95"), "is 0.95; it must be a number from 0 to 0.9."),
    (("--check-width", "0"), "is 0.0; it must be a number from 0.005 to 0.5."),
    (("--gold-count", "-1"), "answer first is -1; it must be a whole number from 0 to 1,000."),
    (("--price", "-1"), "The price of a label is -1.0"),
    (("--currency", "doubloons of gold"), "A currency has 1 to 10 characters; this one has 17."),
]


@pytest.mark.parametrize(("words", "message"), _UNWORKABLE)
def test_settings_that_cannot_work_end_in_one_line_and_change_nothing(
    home: Path, workspace: Workspace, words: tuple[str, ...], message: str
) -> None:
    assert message in fails(home, *_CREATE, *words, code=ExitCode.USAGE)
    works(home, *_CREATE)
    before = settings(workspace)
    assert message in fails(home, "project", "change", "shop", "--budget", "9", *words, code=ExitCode.USAGE)
    assert settings(workspace) == before


@pytest.mark.parametrize("command", ["create", "change"])
@pytest.mark.parametrize(
    "words",
    [
        ("--class-target", "en-pen"),
        ("--class-target", "en:pen"),
        ("--class-target", "en:pen=high"),
        ("--class-target", "sw:pen=0.8"),
        ("--class-target", "en:glue=0.8"),
        ("--class-target", "en:pen=0.8", "--class-target", "en:pen=0.7"),
        ("--class-target", "en:pen=none"),
        ("--price", "cheap"),
    ],
)
def test_wrong_usage_ends_in_exit_code_2(home: Path, command: str, words: tuple[str, ...]) -> None:
    if command == "change":
        works(home, *_CREATE)
        misused(home, "project", "change", "shop", *words)
    else:
        misused(home, *_CREATE, *words)


@pytest.mark.parametrize("words", [("change", "nope", "--budget", "3"), ("show", "nope")])
def test_an_unknown_project_is_answered_with_those_there_are(home: Path, words: tuple[str, ...]) -> None:
    works(home, *_CREATE)
    message = fails(home, "project", *words, code=ExitCode.NOT_FOUND)
    assert message == "lamm: There is no project named 'nope'; there are: shop.\n"


@pytest.mark.parametrize(
    ("value", "pair"),
    [
        ("en:pen=0.5", ("en", "pen")),
        ("pt-BR:a:b=c=0.5", ("pt-BR", "a:b=c")),
        ("en:=:=0.5", ("en", "=:")),
        ("en: pen = 0.5 ", ("en", "pen")),
    ],
)
def test_class_targets_part_at_the_first_colon_and_the_last_equals_sign(value: str, pair: tuple[str, str]) -> None:
    assert parse_class_targets([value], _LANGUAGES, _CLASSES) == {pair: 0.5}


def test_what_was_there_before_stays_unless_it_is_named() -> None:
    before = {("en", "pen"): 1 / 3, ("en", "=:"): 0.4}
    assert parse_class_targets(["en:=:=0.5"], _LANGUAGES, _CLASSES, before) == {("en", "pen"): 1 / 3, ("en", "=:"): 0.5}
    assert before == {("en", "pen"): 1 / 3, ("en", "=:"): 0.4}
    assert parse_targets(["pl=0.5"], ["en", "pl", "de"], {"en": 1 / 3, "pl": 0.4}) == {
        "en": 1 / 3,
        "pl": 0.5,
        "de": 0.9,
    }
    assert parse_targets(["0.6", "pl=0.5"], ["en", "pl"], {"en": 0.3, "pl": 0.4}) == {"en": 0.6, "pl": 0.5}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["en"], "is no class target; write LANGUAGE:CLASS=0.8"),
        (["en:pen=x"], "'x' is no target; write LANGUAGE:CLASS=0.8"),
        (["fr:pen=0.5"], "'fr' is not among the languages: en, pt-BR"),
        (["en:ink=0.5"], "'ink' is not among the classes"),
        (["en:pen=0.5", "en:pen=0.5"], "the class 'pen' has two targets in 'en'"),
        (["en:pen=none"], "the class 'pen' has no target in 'en' to take away"),
    ],
)
def test_a_class_target_that_cannot_be_read_gets_one_sentence(values: list[str], words: str) -> None:
    with pytest.raises(typer.BadParameter, match=words):
        parse_class_targets(values, _LANGUAGES, _CLASSES)


def test_changed_guidelines_are_not_repeated() -> None:
    before = ProjectSettings(classes=("a", "b"), targets={"en": 0.9})
    after = ProjectSettings(classes=("a", "b"), targets={"en": 0.9}, guidelines="Long.\nText.")
    assert changes(before, after) == ["guidelines: changed"]

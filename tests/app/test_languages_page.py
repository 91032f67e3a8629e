"""The page Languages: one line a language, the details of one, what-if, and words wherever there is no figure."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.language_names import language_name
from lamm_core.records import Project
from lamm_core.workflow import labelling
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.headline import headline
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.reasons import why
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import project_status
from lamm_core.workflow.workspace import Workspace

_APP = Path(__file__).parents[2] / "pages" / "main.py"
_NAMES = ["English", "German", "Swahili"]
_SECTIONS = ["Drift", "Confusion matrix", "Accuracy per class", "Hardest items", "Agreement", "Label speed"]


def _app(**query: str) -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("languages.py")
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _table(app: AppTest | None = None) -> pd.DataFrame:
    return (app or _app()).dataframe[0].value.set_index("Language")


def _texts(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*app.text, *app.markdown, *app.caption))


def _label(workspace: Workspace, project: Project, seconds: float = 4.0) -> None:
    annotator = world.ensure_annotator(workspace, "Ana")
    for lease in labelling.claim(workspace, project, annotator, 20):
        truth = world.TRUTH[lease.external_id]
        labelling.submit(workspace, project, annotator, lease.item_id, truth, lease.revision, seconds)


def _rounds(workspace: Workspace, rounds: int = 3, labels: int = 40, **changes: object) -> Project:
    project = world.make_project(workspace, labels, **changes)
    run_round(workspace, project)
    for _ in range(rounds - 1):
        _label(workspace, project)
        run_round(workspace, project)
    return project


def test_the_sentence_on_top_says_it_all_and_the_table_is_sorted_by_need(data: Workspace) -> None:
    project = _rounds(data)
    status = project_status(data, project)
    app = _app()
    assert headline(status).rstrip(".") in app.markdown[0].value.replace("\\", "")
    assert _table(app).index.tolist() == [language_name(each.language) for each in status.languages]


def test_a_line_holds_figure_target_trend_labels_forecast_batch_and_reason(data: Workspace) -> None:
    project = _rounds(data, price_per_label=0.2, targets=dict.fromkeys(world.TARGETS, 1.0))
    status = project_status(data, project)
    first = status.languages[0]
    line = _table(_app()).loc[language_name(first.language)]
    low, high = first.measured.interval
    assert line["Accuracy"] == f"{first.measured.estimate:.1%} ({100 * low:.0f} to {100 * high:.0f})"
    assert line["Target"] == "100%"
    assert list(line["Trend"]) == pytest.approx([100 * value for _, value in first.trend])
    assert line["Labels"] == f"{first.labels} (+{first.labels_this_week} this week)"
    assert first.labels_this_week > 0
    assert line["Next"] == str(first.next_quota)
    assert line["Why"] == why(first, status)
    assert line["Forecast"] == forecast_words(first.outlook, "EUR")


def test_the_next_split_is_shown_where_the_last_round_found_a_full_queue(data: Workspace) -> None:
    project = world.make_project(data, labels=40)
    run_round(data, project)
    run_round(data, project)
    expected = {language_name(each.language): str(each.next_quota) for each in project_status(data, project).languages}
    assert _table()["Next"].to_dict() == expected
    assert sum(map(int, expected.values())) == 20


def test_a_strategy_without_quotas_says_so(data: Workspace) -> None:
    run_round(data, world.make_project(data, labels=40, strategy="lc"))
    app = _app()
    assert _table(app)["Next"].str.startswith("~").all()
    assert any("text by text" in caption.value for caption in app.caption)


def test_nothing_is_guessed_before_the_first_model(data: Workspace) -> None:
    world.make_project(data)
    table = _table()
    assert table["Next"].tolist() == ["not known yet"] * 3
    assert table["Accuracy"].tolist() == table["Status"].tolist() == ["not measured"] * 3


def test_the_figure_is_named_as_the_project_measures(data: Workspace) -> None:
    run_round(data, world.make_project(data, labels=40, metric="macro-f1"))
    assert "Macro-F1" in _table().columns


def test_a_language_used_up_short_of_its_target_is_named(data: Workspace) -> None:
    run_round(data, world.make_project(data, labels=200, targets=dict.fromkeys(world.TARGETS, 1.0)))
    assert any(
        "every text is labelled or skipped and the target is not met" in each.value.replace("\\", "")
        for each in _app().warning
    )


def test_what_would_settle_an_unproven_target_is_told(data: Workspace) -> None:
    run_round(data, world.make_project(data, labels=100, targets=dict.fromkeys(world.TARGETS, 0.7)))
    assert any("would settle whether the target is met" in each.value for each in _app().info)


# one language


def test_a_link_leads_to_a_language_with_all_its_views(data: Workspace) -> None:
    _rounds(data)
    app = _app(language="sw")
    heads = [each.value for each in app.subheader]
    assert heads[0].startswith("Swahili: ")
    assert heads[1:] == ["Accuracy over labels", *_SECTIONS]
    assert [each.label for each in app.metric] == ["Accuracy", "Target", "Labels", "This week"]
    hardest = app.dataframe[0].value
    assert list(hardest.columns) == ["Text", "True class", "Predicted", "Confidence", "Id"]
    assert hardest["Id"].str.startswith("check-sw-").all()
    assert hardest["Confidence"].is_monotonic_decreasing


def test_a_button_opens_a_language_and_another_leads_back(data: Workspace) -> None:
    _rounds(data, 1)
    app = _app()
    next(each for each in app.button if each.label == "German").click().run()
    assert app.query_params["language"] in ("de", ["de"])
    assert app.subheader[0].value.startswith("German")
    next(each for each in app.button if each.label == "All languages").click().run()
    assert "language" not in app.query_params
    assert sorted(_table(app).index) == _NAMES


def test_a_link_to_a_language_that_the_project_lacks_shows_all_of_them(data: Workspace) -> None:
    _rounds(data, 1)
    app = _app(language="<b>xx</b>")
    assert any("has no language" in each.value for each in app.info)
    assert sorted(_table(app).index) == _NAMES


def test_a_language_without_anything_says_so_in_words(data: Workspace) -> None:
    world.make_project(data)
    text = _texts(_app(language="sw"))
    assert "no round has measured this language" in text
    assert text.count("it comes with a round that measures check items of this language") == 3
    assert "Fewer than two people have labelled yet." in text
    assert "No label of this language has a time yet." in text
    assert "nan" not in text.lower()


@pytest.mark.parametrize("checked", [1, 2])
def test_a_handful_of_check_items_makes_a_page_without_gaps(data: Workspace, checked: int) -> None:
    few = [*world.ROWS.index[world.ROWS["split"] == "pool"], *world.ROWS.index[world.ROWS["id"] < "check-df"][:checked]]
    _rounds(data, 1, rows=world.ROWS.loc[sorted(few)])
    for language in ("de", "en", "sw"):
        text = _texts(_app(language=language))
        assert "nan" not in text.lower()
    assert "not measured" in _table()["Accuracy"].tolist()


def test_a_model_that_is_always_right_has_words_for_its_mistakes(data: Workspace) -> None:
    rows = world.ROWS.copy()
    rows["class"] = rows["class"].where(rows["split"] == "pool", "desk")
    only = rows[(rows["split"] == "pool") | (rows["id"] == "check-en-000")]
    _rounds(data, 1, labels=200, rows=only.assign(**{"class": "desk"}).pipe(_two_classes))
    text = _texts(_app(language="en"))
    assert "The model got 1 of 1 check items right." in text


def _two_classes(rows: pd.DataFrame) -> pd.DataFrame:
    """A model needs two classes, of which one is rare."""
    changed = rows.copy()
    changed.loc[changed.index[changed["id"] == "pool-sw-000"], "class"] = "ink"
    return changed


# what if


def _what_if() -> AppTest:
    return _app(view="What if")


def _button(app: AppTest, label: str) -> object:
    return next(each for each in app.button if each.label == label)


def test_a_budget_is_tried_out_without_being_saved(data: Workspace) -> None:
    project = _rounds(data)
    app = _what_if()
    assert _button(app, "Save").disabled
    app.number_input[0].set_value(40).run()
    table = app.dataframe[-1].value
    assert table["Next batch now"].astype(int).sum() == 20
    assert table["Next batch then"].astype(int).sum() == 40
    assert any("Not saved yet" in each.value for each in app.caption)
    assert get_project(data, project.name).settings == project.settings


def test_a_reset_brings_back_what_is_stored(data: Workspace) -> None:
    project = _rounds(data, 1)
    app = _what_if()
    app.number_input[0].set_value(40).run()
    _button(app, "Reset").click().run()
    assert app.number_input[0].value == project.settings.budget
    assert _button(app, "Save").disabled


def test_a_plan_is_saved_when_asked_for(data: Workspace) -> None:
    project = _rounds(data, 1)
    app = _what_if()
    app.number_input[0].set_value(40).run()
    _button(app, "Save").click().run()
    assert [each.value for each in app.success] == ["Saved. It holds from the next round on."]
    assert get_project(data, project.name).settings == replace(project.settings, budget=40)


def test_a_strategy_that_chooses_by_text_shows_weights(data: Workspace) -> None:
    _rounds(data, 1, strategy="foresight")
    table = _what_if().dataframe[-1].value
    assert table["Weight now"].str.endswith("%").all()


def test_before_a_model_what_if_is_in_words(data: Workspace) -> None:
    world.make_project(data)
    app = _what_if()
    assert "no forecast yet" in _texts(app)
    assert set(app.dataframe[-1].value["Next batch now"]) == {"not known yet"}


def test_the_check_sets_have_a_view_of_their_own(data: Workspace) -> None:
    project = _rounds(data, 1)
    table = _table(_app(view="Check sets"))
    for each in project_status(data, project).languages:
        line = table.loc[language_name(each.language)]
        assert (line["Check set"], line["Labelled"], line["Needed for ±5"]) == ("imported", 30, each.check.needed)


def test_a_language_shows_how_annotators_answered_its_gold_items(data: Workspace) -> None:
    project = world.make_project(data, 40)
    run_round(data, project)
    first, second, other = world.add_gold(data, project, en=2, de=1)
    assert "Gold items" not in [each.value for each in _app(language="en").subheader]
    ana, ben = (world.ensure_annotator(data, name) for name in ("Ana *", "Ben"))
    for annotator, item_id, name in (
        (ana, first, "ink"),
        (ana, second, "ink"),
        (ben, first, "pen"),
        (ben, other, "ink"),
    ):
        labelling.submit(data, project, annotator, item_id, name)
    app = _app(language="en")
    assert app.subheader[-1].value == "Gold items"
    table = app.dataframe[-1].value
    assert table.to_numpy().tolist() == [
        ["Ana *", 2, 2, "100%", "34% to 100%"],
        ["Ben", 1, 0, "0%", "0% to 79%"],
    ]
    assert "what was skipped is left out" in _texts(app)


def _disagree(data: Workspace, project: Project, people: int) -> None:
    """The last of some people mixes up ink and pen."""
    items = [each.id for each in world.stored_items(data, project).values() if each.language == "en"][:20]
    for number in range(people):
        annotator = world.ensure_annotator(data, f"P*{number}*")
        for place, item_id in enumerate(items):
            name = world.CLASSES[place % 4]
            mixed = number == people - 1 and name == "ink"
            labelling.submit(data, project, annotator, item_id, "pen" if mixed else name)


def test_agreement_has_a_figure_a_reading_and_each_annotator(data: Workspace) -> None:
    _disagree(data, world.make_project(data), 2)
    app = _app(language="en")
    assert [each.value for each in app.metric if each.label == "Krippendorff's alpha"] == ["0.66"]
    assert "Krippendorff's alpha 0.66, 95% interval 0." in _texts(app)
    assert "over 20 texts with labels of two or more people." in _texts(app)
    classes, people = (each.value for each in app.dataframe)
    assert set(classes["Class"]) == {"ink", "pen"}
    assert people["Annotator"].tolist() == ["P*0*", "P*1*"]
    assert people["As the others"].str.startswith("75% (").all()
    assert people["Gold right"].tolist() == ["–", "–"]


def test_the_pairs_that_disagree_most_are_named(data: Workspace) -> None:
    _disagree(data, world.make_project(data), 3)
    app = _app(language="en")
    pairs = app.dataframe[1].value
    assert sorted(pairs["Annotators"]) == ["P*0*, P*2*", "P*1*, P*2*"]
    assert pairs["Shared texts"].tolist() == [20, 20]


def test_people_who_agree_have_no_list_of_who_does_not(data: Workspace) -> None:
    project = world.make_project(data)
    items = [each.id for each in world.stored_items(data, project).values() if each.language == "en"][:40]
    for name in ("Ana", "Ben"):
        annotator = world.ensure_annotator(data, name)
        for place, item_id in enumerate(items):
            labelling.submit(data, project, annotator, item_id, world.CLASSES[place % 4])
    app = _app(language="en")
    assert "Agreement is good" in _texts(app)
    assert [next(iter(each.value.columns)) for each in app.dataframe] == ["Annotator"]

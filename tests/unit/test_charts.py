"""The charts: the same facts as in words, in both themes, and safe with whatever users write."""

import json
import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from support.standing import NOW, language, measurement, outlook, status

from lamm_core.charts.details import class_chart, confusion_chart, speed_chart
from lamm_core.charts.drift import drift_chart
from lamm_core.charts.flags import flags_chart
from lamm_core.charts.history import accuracy_chart, interval_of, quota_chart
from lamm_core.charts.layout import config
from lamm_core.charts.palette import DARK, LIGHT, Palette, language_styles, mixed, readable
from lamm_core.model.agreement import Figure, Lack
from lamm_core.model.intervals import wilson
from lamm_core.model.measuring import UNMEASURED
from lamm_core.records import DriftPart, LanguageState, Round, RoundDrift, RoundLanguage, RoundState
from lamm_core.workflow.agreement import Agreement
from lamm_core.workflow.details import ClassFigure, LanguageDetails, Speed
from lamm_core.workflow.drift_details import LanguageDrift
from lamm_core.workflow.status import LanguageStatus, RoundHistory

_OUT = outlook(None, None, None, (0.66, 0.7), 0.0)
_STATES = {
    LanguageState.MET: language(state=LanguageState.MET, measured=measurement(0.97)),
    LanguageState.MISSED: language(),
    LanguageState.UNPROVEN: language(state=LanguageState.UNPROVEN),
    LanguageState.OUT_OF_REACH: language(state=LanguageState.OUT_OF_REACH, outlook=_OUT),
    LanguageState.UNMEASURED: language(state=LanguageState.UNMEASURED),
}


def _words(figure: go.Figure) -> str:
    return " ".join(str(each.text) for each in figure.layout.annotations)


def _no_number_is_missing(figure: go.Figure) -> bool:
    return not re.search(r"\bnan\b|\binf\b", figure.to_json(), re.IGNORECASE)


def _paths(one: LanguageStatus) -> list[tuple[str, str]]:
    """Form and filling of what is drawn as a flag, without colours of the theme."""
    figure = flags_chart(status(one), LIGHT)
    return [(each.path, each.fillcolor) for each in figure.layout.shapes if each.type == "path"]


def test_each_state_has_a_form_of_its_own_and_a_word():
    same_place = {
        state: replace(one, measured=measurement(0.97)) if state is not LanguageState.UNMEASURED else one
        for state, one in _STATES.items()
    }
    forms = [str(_paths(one)) for one in same_place.values()]
    assert len(set(forms)) == len(forms)
    figure = flags_chart(status(*_STATES.values()), LIGHT)
    names = " ".join(figure.layout.yaxis.ticktext)
    assert all(word in names for word in ("met", "missed", "not proven", "out of reach", "not measured"))


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("figure", [0.0, 0.5, 1.0])
def test_flags_and_intervals_stand_where_the_figures_are(figure: float, colours):
    one = language(measured=measurement(figure, low=0.4, high=0.6))
    chart = flags_chart(status(one), colours)
    poles = {each.xanchor for each in chart.layout.shapes if each.xanchor is not None}
    assert poles == {100 * figure, 90.0}
    (band,) = [each for each in chart.layout.shapes if each.type == "rect" and each.xanchor is None]
    assert (band.x0, band.x1) == (40.0, 60.0)
    assert f"<b>{figure:.0%}</b>" in _words(chart)
    assert chart.layout.paper_bgcolor == colours.paper
    assert _no_number_is_missing(chart)


def test_a_flag_at_zero_does_not_fly_out_of_the_chart():
    (path, _), *_ = _paths(language(measured=measurement(0.0)))
    assert "-" not in path


def test_the_language_in_need_stands_on_top():
    chart = flags_chart(status(language("pl"), language("de")), LIGHT)
    assert [re.sub("<.*", "", each.removeprefix("<b>")) for each in chart.layout.yaxis.ticktext] == ["German", "Polish"]


def test_rounds_are_drawn_on_one_scale_with_the_target():
    low = language("pl", trend=((40, 0.5), (60, 0.6)))
    high = language("de", trend=((40, 0.8), (60, 0.9)))
    chart = flags_chart(status(low, high), LIGHT)
    lines = [each for each in chart.data if each.xaxis == "x2" and each.mode == "lines"]
    targets = [each for each in lines if each.line.dash]
    trends = [each for each in lines if not each.line.dash]
    assert [tuple(each.customdata) for each in trends] == [("80.0%", "90.0%"), ("50.0%", "60.0%")]
    rises = [each.y[1] - each.y[0] for each in trends]
    assert rises[0] == pytest.approx(rises[1])
    # The upper row is the one of Polish; German stands at its target of 90 %.
    assert trends[0].y[1] == pytest.approx(targets[0].y[0])


@pytest.mark.parametrize("trend", [(), ((40, 0.7),)])
def test_without_rounds_there_are_words_in_place_of_a_line(trend: tuple[tuple[int, float], ...]):
    chart = flags_chart(status(language(trend=trend)), LIGHT)
    assert ("one round so far" if trend else "not measured yet") in _words(chart)
    assert all(len(each.x) for each in chart.data)


def _round(number: int, labels: int, *languages: RoundLanguage) -> RoundHistory:
    done = Round(
        number, 1, number, 1, RoundState.DONE, "done", 1.0, None, None, None, NOW, NOW, NOW, "lamm", "entropy",
        "accuracy", labels, None, None, 0.1, 0.1, 0.1,
    )  # fmt: skip
    return RoundHistory(done, languages, None)


def _found(code: str, **changes: object) -> RoundLanguage:
    return replace(RoundLanguage(code, 0.9, 15, 20, None, 5, 100, 20), **changes)


def test_the_history_shows_the_figure_with_its_interval():
    measured = _found("pl", estimate=0.7, effective=25.0, low=0.5, high=0.85)
    chart = accuracy_chart([_round(1, 40, measured), _round(2, 60, measured)], LIGHT)
    band, line = chart.data
    assert list(line.y) == [70.0, 70.0]
    assert list(band.y) == [85.0, 85.0, 50.0, 50.0]


def test_a_round_of_an_earlier_version_has_the_plain_interval():
    assert interval_of(_found("pl")) == wilson(0.75, 20)
    (line,) = accuracy_chart([_round(1, 40, _found("pl"))], LIGHT).data
    assert list(line.y) == [75.0]
    assert line.error_y.array[0] == pytest.approx(100 * (wilson(0.75, 20)[1] - 0.75))


def test_a_language_that_no_round_measured_has_no_line():
    history = [_round(1, 40, _found("pl"), _found("de", correct=0, checked=0))]
    assert [each.name for each in accuracy_chart(history, LIGHT).data] == ["Polish"]
    assert [each.name for each in accuracy_chart(history, LIGHT, only="pl").data] == ["Polish"]
    assert not accuracy_chart(history, LIGHT, only="de").data


def test_languages_differ_without_colours_too():
    codes = [f"a{letter}" for letter in "abcdefgh"]
    history = [_round(1, 40, *(_found(each) for each in codes))]
    symbols = [each.marker.symbol for each in accuracy_chart(history, LIGHT).data]
    patterns = [each.marker.pattern.shape for each in quota_chart(history, LIGHT).data]
    assert len(set(symbols)) == len(set(patterns)) == len(codes)


_NONE = Figure(0, lack=Lack.NO_OVERLAP)


def _details(
    confusion: list[list[int]], classes: tuple[str, ...] = ("ink", "pen"), **changes: object
) -> LanguageDetails:
    counts = np.array(confusion, dtype=np.int64).reshape(len(confusion), len(confusion))
    figures = []
    for place, name in enumerate(classes if confusion else ()):
        checked, correct = int(counts[place].sum()), int(counts[place, place])
        low, high = wilson(correct / checked if checked else 0.0, checked)
        figures.append(
            ClassFigure(name, checked, correct, correct / checked if checked else None, low, high, None, None)
        )
    usual = LanguageDetails(
        "pl", 3, classes, counts, tuple(figures), UNMEASURED, (), Agreement(None, _NONE, _NONE, (), (), ()), ()
    )
    return replace(usual, **changes)


def test_a_confusion_matrix_tells_counts_and_shares_of_the_row():
    chart = confusion_chart(_details([[6, 2], [0, 4]]), LIGHT)
    assert [list(row) for row in chart.data[0].z] == [[0.75, 0.25], [0.0, 1.0]]
    assert sorted(each.text for each in chart.layout.annotations) == [
        "<b>2</b><br>25%",
        "<b>4</b><br>100%",
        "<b>6</b><br>75%",
    ]


def test_classes_that_do_not_occur_take_no_room():
    chart = confusion_chart(_details([[3, 0, 1], [0, 0, 0], [0, 0, 0]], ("ink", "paper", "pen")), LIGHT)
    assert list(chart.layout.xaxis.ticktext) == ["ink", "pen"]
    assert _no_number_is_missing(chart)


def test_one_class_makes_a_matrix_of_one_cell():
    chart = confusion_chart(_details([[5]], ("ink",)), LIGHT)
    assert [each.text for each in chart.layout.annotations] == ["<b>5</b><br>100%"]


def test_many_classes_leave_the_numbers_to_the_pointer():
    names = tuple(f"class {number}" for number in range(20))
    chart = confusion_chart(_details(np.eye(20, dtype=int).tolist(), names), LIGHT)
    assert not chart.layout.annotations
    assert chart.data[0].text[0][0] == "1 of 1"


def test_without_check_items_there_is_no_chart():
    assert confusion_chart(_details([]), LIGHT) is None
    assert class_chart(_details([]), LIGHT) is None
    assert speed_chart((), LIGHT) is None


def test_the_weakest_class_stands_on_top_with_interval_and_target():
    details = _details([[2, 2], [0, 4]])
    weak = replace(details.class_figures[0], target=0.8, state=LanguageState.MISSED)
    chart = class_chart(replace(details, class_figures=(weak, details.class_figures[1])), LIGHT)
    assert list(chart.data[0].x) == [100.0, 50.0]
    assert chart.layout.yaxis.ticktext[1] == "<b>ink</b><br>50%, 2 of 4<br>target 80%: missed"
    assert chart.data[0].error_x.arrayminus[1] == pytest.approx(50 - 100 * weak.low)
    assert [each.x0 for each in chart.layout.shapes] == [80.0]


def test_the_slowest_stands_at_the_bottom():
    chart = speed_chart((Speed("Ana", 1, 2.0), Speed("Ben", 12, 6.5)), LIGHT)
    assert list(chart.data[0].text) == ["6.5 s (12 labels)", "2.0 s (1 label)"]


def test_what_users_write_is_no_markup():
    names = ("<b>ink</b>", "<a href='x'>pen</a> with a name of great length")
    chart = confusion_chart(_details([[3, 1], [0, 2]], names), LIGHT)
    assert list(chart.layout.yaxis.ticktext) == ["&lt;b&gt;ink&lt;/b&gt;", "&lt;a href='x'&gt;pen&lt;/a&gt; wit…"]
    assert "<b>ink" not in class_chart(_details([[3, 1], [0, 2]], names), LIGHT).to_json()
    assert list(speed_chart((Speed("<i>Ana</i>", 1, 2.0),), DARK).layout.yaxis.ticktext) == ["&lt;i&gt;Ana&lt;/i&gt;"]


def test_charts_are_as_plotly_wants_them():
    history = [_round(number, 40 * number, _found("pl"), _found("de")) for number in (1, 2)]
    details = _details([[2, 2], [0, 4]])
    aimed = replace(details, class_figures=(replace(details.class_figures[0], target=0.8), details.class_figures[1]))
    drift = LanguageDrift(
        rounds=((1, RoundDrift("pl", DriftPart.ALL, 100, 2_000, None, share=0.3, low=0.2, high=0.4)),)
    )
    charts = (
        flags_chart(status(*_STATES.values(), language("de", trend=((40, 0.8), (60, 0.9)))), LIGHT),
        accuracy_chart(history, LIGHT),
        accuracy_chart(history[:1], LIGHT),
        quota_chart(history, LIGHT),
        confusion_chart(details, LIGHT),
        class_chart(aimed, LIGHT),
        speed_chart((Speed("Ana", 1, 2.0),), LIGHT),
        drift_chart(drift, LIGHT),
    )
    for chart in charts:
        # Made anew, every value is checked, and what is not as it should be is made so, or refused.
        assert json.loads(go.Figure(chart.to_dict()).to_json()) == json.loads(chart.to_json())


def test_a_picture_is_named_for_project_and_view():
    settings = config("Sample: product/catalogue", "pl-confusion")
    assert settings["modeBarButtons"] == [["toImage"]]
    assert settings["toImageButtonOptions"] == {
        "format": "png",
        "filename": "Sample-product-catalogue-pl-confusion",
        "scale": 2,
    }


def test_colours_of_languages_hold_whatever_the_order():
    assert language_styles(["pl", "de"]) == language_styles(["de", "pl"])
    assert len(set(language_styles([f"l{number}" for number in range(32)]).values())) == 32


@pytest.mark.parametrize(
    ("ground", "colours", "words"),
    [
        ("#FFFFFF", LIGHT, LIGHT.ink),
        ("#000000", LIGHT, LIGHT.paper),
        ("#FFFFFF", DARK, DARK.paper),
        ("#000000", DARK, DARK.ink),
    ],
)
def test_words_stand_out_from_their_ground(ground: str, colours: Palette, words: str):
    assert readable(ground, colours) == words


def test_a_mixed_colour_lies_between():
    assert mixed("#000000", "#FFFFFF", 0.5) == "#808080"
    assert mixed("#102030", "#FFFFFF", 0.0) == "#102030"

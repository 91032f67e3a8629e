"""Why a language stands where it does, the forecast in words, and what a manager is advised."""

from dataclasses import replace

import pytest
from support.standing import check_set, language, measurement, outlook, status

from lamm_core.records import LanguageState
from lamm_core.workflow.advice import Topic, advice
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.reasons import STATE_WORDS, why
from lamm_core.workflow.status import ClassStatus, LanguageStatus

_MET, _MISSED, _UNPROVEN = LanguageState.MET, LanguageState.MISSED, LanguageState.UNPROVEN
_OUT, _UNMEASURED = LanguageState.OUT_OF_REACH, LanguageState.UNMEASURED
_OTHER = language("en", measured=measurement(0.85))


def _class(name: str, estimate: float, state: LanguageState, settle: int | None = 0) -> ClassStatus:
    return ClassStatus(name, 0.9, measurement(estimate), state, settle)


def test_every_state_has_a_word():
    assert set(STATE_WORDS) == set(LanguageState)
    assert len(set(STATE_WORDS.values())) == len(LanguageState)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (language(), "largest gap: 20 points"),
        (language(measured=measurement(0.88)), "gap: 2 points"),
        (language(next_quota=0), "largest gap: 20 points; labels help more elsewhere"),
        (language(free=0), "largest gap: 20 points; no texts left to choose"),
        (language(pool=0, free=0), "largest gap: 20 points; no texts in the pool"),
        (language(state=_MET, measured=measurement(1.0), next_quota=3), "serves other languages: target met"),
        (language(state=_MET, measured=measurement(1.0), next_quota=0), "target met"),
        (
            language(state=_UNPROVEN, measured=measurement(0.92), settle=125),
            "at the target, 125 check labels would settle it",
        ),
        (language(state=_UNPROVEN, measured=measurement(0.92), settle=None), "at the target, not proven"),
        (
            language(state=_UNPROVEN, measured=measurement(0.99), classes=(_class("ink", 0.9, _UNPROVEN, 1),)),
            "class ink at its target, 1 check label would settle it",
        ),
        (
            language(measured=measurement(0.95), gap=0.3, classes=(_class("ink", 0.6, _MISSED),)),
            "class ink is 30 points short",
        ),
        (
            language(state=_OUT, outlook=outlook(None, None, None, (0.66, 0.7), 0.0)),
            "plateau 66% to 70% is under the target",
        ),
        (
            language(state=_OUT, outlook=outlook(None, None, None, (0.69, 0.91), 0.08)),
            "8% chance to reach the target, plateau 69% to 91%",
        ),
        (language(state=_UNMEASURED, check=check_set(labelled=0)), "not measured yet: no check labels"),
        (language(state=_UNMEASURED), "not measured yet: the next round will"),
    ],
)
def test_one_clause_says_why(one: LanguageStatus, words: str):
    assert why(one, status(one, _OTHER)) == words


def test_a_gap_is_not_called_the_largest_where_one_out_of_reach_is_larger():
    near, far = language(), language("fi", _OUT, measured=measurement(0.3), outlook=outlook(None, None, None))
    assert why(near, status(near, far, _OTHER)) == "largest gap: 20 points, of those in reach"


def test_the_only_language_has_no_largest_gap():
    assert why(language(), status(language())) == "gap: 20 points"


@pytest.mark.parametrize(("usual", "words"), [(0.0, "none"), (0.33, "less than 1"), (7.2, "7")])
def test_a_strategy_that_chooses_by_text_says_what_the_last_batches_took(usual: float, words: str):
    one = language(next_quota=None, usual_quota=usual)
    expected = f"largest gap: 20 points; last batches took {words}"
    assert why(one, status(one, _OTHER, strategy="lc")) == expected


def test_without_a_model_nothing_is_said_of_batches():
    one = language(state=_UNMEASURED, next_quota=None)
    assert why(one, status(one, model=False)) == "not measured yet: no model so far"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (None, "not known before 3 rounds have measured it"),
        (outlook(), "about 240 labels (120 to 600), 2.5 h, 48 EUR"),
        (outlook(hours=None, cost=None), "about 240 labels (120 to 600)"),
        (outlook(cost=4.5), "about 240 labels (120 to 600), 2.5 h, 4.50 EUR"),
        (outlook(high=None), "about 240 labels (120 or more, perhaps never), 2.5 h, 48 EUR"),
        (outlook(middle=None, high=None, chance=0.2), "perhaps never (20% chance; 120 labels at best)"),
        (outlook(0, None, None, chance=0.2), "perhaps never (20% chance)"),
        (outlook(None, None, None, chance=0.0), "not reachable"),
        (outlook(0, 0, 0), "about there already"),
        (outlook(0, 0, 600), "about there already (at worst 600 labels)"),
        (outlook(0, 0, None), "about there already (at worst never)"),
    ],
)
def test_a_forecast_in_words(ahead: object, words: str):
    assert forecast_words(ahead, "EUR") == words


def _texts(*languages: LanguageStatus, **settings: object) -> dict[Topic, str]:
    return {each.topic: each.text for each in advice(status(*languages, **settings))}


def test_nothing_is_advised_where_all_is_well():
    assert _texts(language(state=_MET, measured=measurement(1.0))) == {}


def test_a_language_out_of_reach_is_told_with_its_plateau_and_what_could_help():
    text = _texts(language(state=_OUT, outlook=outlook(None, None, None, (0.66, 0.7), 0.0)))[Topic.OUT_OF_REACH]
    assert "Polish is not reachable with this encoder: plateau 66% to 70%" in text
    assert "Try another encoder or translation" in text


def test_the_check_labels_that_would_settle_it_are_told_for_languages_and_classes():
    one = language(state=_UNPROVEN, measured=measurement(0.92), settle=125)
    two = language("de", _UNPROVEN, measured=measurement(0.99), classes=(_class("ink", 0.9, _UNPROVEN, 40),))
    close = language("en", _UNPROVEN, measured=measurement(0.9), settle=None)
    text = _texts(one, two, close)[Topic.PROOF]
    assert "Polish 125; German, class ink 40; English is too close to its target for any check set to tell." in text
    assert "An imported check set does not grow by itself" in text


def test_growing_check_sets_tell_what_is_needed_asked_and_kept_out():
    growing = check_set(imported=False, needed=120, open=6, reserve=20, near_duplicates=3)
    text = _texts(language(check=growing), check_width=0.05)[Topic.CHECK_SET]
    assert "±5 points: Polish 120." in text
    assert "6 of them are in the queue now." in text
    assert "Too few texts are set apart for that in Polish." in text
    assert "as near copies of check texts: 3." in text
    assert Topic.CHECK_SET not in _texts(language(check=replace(growing, imported=True)))


def test_the_urgent_comes_first():
    unproven = language(state=_UNPROVEN, measured=measurement(0.92), settle=125)
    lost = language("de", _OUT, outlook=outlook(None, None, None))
    assert [each.topic for each in advice(status(unproven, lost))] == [Topic.OUT_OF_REACH, Topic.PROOF]

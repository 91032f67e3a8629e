import pytest

from lamm_core.language_names import language_name, text_direction


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("pl", "Polish"),
        ("ja", "Japanese"),
        ("ar", "Arabic"),
        ("pt-BR", "Portuguese (Brazil)"),
        ("yo", "Yoruba"),
    ],
)
def test_a_language_has_an_english_name(code: str, name: str) -> None:
    assert language_name(code) == name


@pytest.mark.parametrize("code", ["xx", "qqq", "x-private", "not a code", "", "e", "12"])
def test_an_unknown_code_stays_as_it_is_and_runs_left_to_right(code: str) -> None:
    assert language_name(code) == code
    assert text_direction(code) == "ltr"


@pytest.mark.parametrize("code", ["ar", "he", "fa", "ur", "yi", "dv", "ps", "ckb", "az-Arab", "ar-EG", "ug", "sd"])
def test_languages_written_from_right_to_left_are_known(code: str) -> None:
    assert text_direction(code) == "rtl"


@pytest.mark.parametrize("code", ["en", "ja", "zh-TW", "th", "am", "az", "sr-Latn", "ar-Latn", "hi"])
def test_other_languages_run_from_left_to_right(code: str) -> None:
    assert text_direction(code) == "ltr"

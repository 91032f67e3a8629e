"""Texts of users on a page: shown as they are, in their own direction, with what nobody could see in them marked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from lamm_core.web.card_words import card_words, mark_words
from pages.components.labelling_card import TEXT_STYLE

_FOLDER = Path(__file__).parent
_SCRIPTS = ("labelling_words.js", "labelling_text.js", "texts.js")


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


_texts = st.components.v2.component(
    "lamm.texts",
    html='<div data-part="texts"></div>',
    css=TEXT_STYLE + _read("texts.css"),
    js="\n".join(_read(name) for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Block:
    """A text with a line of our own above it.

    Attributes:
        text: what somebody wrote.
        head: what stands above it; empty for nothing.
        language: code of the text's language, where it is known.
        big: as large as on the labelling card.
    """

    text: str
    head: str = ""
    language: str = ""
    big: bool = False


def show_texts(blocks: Sequence[Block], key: str) -> None:
    """Texts one below the other.

    Args:
        key: a name that nothing else on the page has.
    """
    if blocks:
        words = {"markTitle": card_words()["markTitle"], "marks": mark_words()}
        _texts(key=key, data={"blocks": [asdict(each) for each in blocks], "words": words})

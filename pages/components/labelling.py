"""The labelling card on its page: whose it is, and what stands around every text.

Texts and answers do not pass through the page: the card fetches and sends them itself (`lamm_core.web`), so that
neither waits for the page to be drawn.
"""

from lamm_core.records import Project
from lamm_core.web.card_words import card_words, mark_words
from lamm_core.web.labelling import frame
from lamm_core.web.outbox import session_name
from lamm_core.web.routes import LABELLING
from lamm_core.words import language
from pages.components.addresses import base_path
from pages.components.labelling_card import labelling_card


def show_labelling(project: Project, annotator: int) -> None:
    """The card of one annotator for one project."""
    labelling_card(
        key="labelling_card",
        data={
            "address": base_path() + LABELLING,
            "base": base_path(),
            "session": session_name(project, annotator),
            "frame": frame(project.settings),
            "language": language(),
            "words": card_words() | {"marks": mark_words()},
        },
    )

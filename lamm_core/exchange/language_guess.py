"""Guess the language of a text among those of a project."""

from collections.abc import Iterable
from dataclasses import dataclass

from lamm_core.language_tags import KnownLanguages, language_part

_MOST_CHARACTERS = 2_000  # of a text that are looked at; more say nothing new


@dataclass(frozen=True)
class Guess:
    """A language, and how probable it is beside the others of the project, 0 to 1."""

    language: str
    probability: float


class LanguageGuesser:
    """Tells the languages of a project apart by the letters of a text.

    Languages that it does not know, and those that share all but their region, such as pt-BR and pt-PT, are never
    guessed.

    Args:
        languages: tags of the project.

    Source: Lui and Baldwin (2012), "langid.py: An Off-the-shelf Language Identification Tool", in py3langid.
    """

    def __init__(self, languages: Iterable[str]) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # here: the model takes half a second to load

        self._known = KnownLanguages(languages)
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        tags = {label: language_part(label) for label in self._identifier.labels}
        self._tag_of = {label: self._known.of_part(part) for label, part in tags.items() if part in self._known.parts}
        if self._tag_of:
            self._identifier.set_languages(self._tag_of)

    def guess(self, text: str) -> Guess | None:
        """The likeliest language; None where none of them can be told apart, or the text says nothing."""
        if not self._tag_of or not any(letter.isalpha() for letter in text[:_MOST_CHARACTERS]):
            return None
        label, probability = self._identifier.classify(text[:_MOST_CHARACTERS])
        tag = self._tag_of[label]
        return None if tag is None else Guess(tag, float(probability))

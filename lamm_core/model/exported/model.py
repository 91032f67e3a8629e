"""Predict with a model outside its project."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lamm_core.errors import InvalidInput
from lamm_core.language_tags import KnownLanguages, language_part, standard_tag
from lamm_core.model.embedding import encode_texts
from lamm_core.model.embedding_store import Vectors
from lamm_core.model.exported.facts import ModelFacts
from lamm_core.model.exported.folder import ModelParts, read_model
from lamm_core.model.preparation.rows import chunks
from lamm_core.words import translate as _

Languages = str | Sequence[str | None]
# So many texts at a time: prepared vectors have a thousand numbers and more, and a text has dozens of neighbours.
BLOCK = 1_024


class Model:
    """A fitted model that takes texts. Made by `load_model`.

    Wherever `predict` and `predict_proba` take languages:

    - a sequence gives each text its language, and one tag holds for all texts; `pt_br`, `por` and `Portuguese` are
      understood, and another variety of the one Portuguese of the model counts as that;
    - without languages, and for a text whose language is None, unknown or another than those of the model, the text is
      centred on the mean of all texts of the project instead of that of its language. That costs accuracy most where
      the encoder puts the languages far apart, so give languages where you know them.

    A text's prediction depends on that text and its language alone, not on the texts beside it.

    Args:
        parts: classifier, preparation and facts.
        encoder: name or folder of the encoder; None for the one that the facts name.
    """

    def __init__(self, parts: ModelParts, encoder: str | None = None) -> None:
        self._classifier = parts.classifier
        self._preparation = parts.preparation
        self._known = KnownLanguages(each.language for each in parts.facts.languages)
        self.facts: ModelFacts = parts.facts
        self.encoder: str = encoder or parts.facts.encoder

    @property
    def classes(self) -> tuple[str, ...]:
        """The k classes that the model knows, in the order of the columns of `predict_proba`."""
        return self._classifier.classes

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags of the languages that the model was made for."""
        return tuple(each.language for each in self.facts.languages)

    def knows_language(self, name: str) -> bool:
        """Whether texts of this language are centred on their own mean, rather than on that of all texts.

        Args:
            name: a tag or a name of a language, in any way that `predict` understands.

        Returns:
            False for what is no language at all as well.
        """
        return bool(self._tag_of(name))

    def predict(
        self, texts: Sequence[str], languages: Languages | None = None, *, embeddings: ArrayLike | None = None
    ) -> list[str]:
        """The likeliest class of each text.

        Args:
            texts: n texts.
            languages: BCP 47 tag of each, or one for all; see the class for what happens without.
            embeddings: `(n, d)` by the model's encoder, for whoever has them; None computes them.

        Returns:
            n names of classes; of two that are equally likely, the first of `classes`.

        Raises:
            InvalidInput: texts, languages and embeddings do not fit each other or the model.
            EncoderUnavailable: the encoder cannot be loaded; the message says how to install it.
        """
        likeliest = self.predict_proba(texts, languages, embeddings=embeddings).argmax(axis=1)
        return [self.classes[place] for place in likeliest]

    def predict_proba(
        self, texts: Sequence[str], languages: Languages | None = None, *, embeddings: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Probabilities of the classes.

        Args:
            texts: as for `predict`.
            languages: as for `predict`.
            embeddings: as for `predict`.

        Returns:
            `(n, k)`, columns in the order of `classes`; each is 0 to 1, and a row sums to 1.

        Raises:
            InvalidInput, EncoderUnavailable: as for `predict`.
        """
        parts = [self._classifier.predict_proba(each) for each in self._prepared(texts, languages, embeddings)]
        return np.concatenate(parts) if parts else np.empty((0, len(self.classes)))

    def prepare(
        self, texts: Sequence[str], languages: Languages | None = None, *, embeddings: ArrayLike | None = None
    ) -> Vectors:
        """Vectors as the classifier, and its ONNX file, take them.

        Args:
            texts: as for `predict`; at least one.
            languages: as for `predict`.
            embeddings: as for `predict`.

        Returns:
            `(n, e)` float32.

        Raises:
            InvalidInput, EncoderUnavailable: as for `predict`.
        """
        parts = self._prepared(texts, languages, embeddings)
        if not parts:
            raise InvalidInput(_("There is no text to prepare."))
        return np.concatenate(parts)

    def _prepared(
        self, texts: Sequence[str], languages: Languages | None, embeddings: ArrayLike | None
    ) -> list[Vectors]:
        """The prepared vectors, a block at a time."""
        _check_texts(texts)
        tags = self._tags_of(texts, languages)
        given = None if embeddings is None else np.asarray(embeddings, dtype=np.float32)
        if given is not None and given.shape != (len(texts), self._preparation.dimension):
            raise InvalidInput(
                _(
                    "The model takes embeddings of shape {wanted} for these texts; got {shape}.",
                    wanted=(len(texts), self._preparation.dimension),
                    shape=given.shape,
                )
            )
        return [
            self._preparation.transform(
                encode_texts(self.encoder, texts[rows]) if given is None else given[rows], texts[rows], tags[rows]
            )
            for rows in chunks(len(texts), BLOCK)
        ]

    def _tags_of(self, texts: Sequence[str], languages: Languages | None) -> list[str]:
        """Languages as the preparation knows them; of a text without one, an empty tag, which no language has."""
        each = [languages] * len(texts) if languages is None or isinstance(languages, str) else list(languages)
        if len(each) != len(texts):
            raise InvalidInput(
                _(
                    "Each text needs a language; got {texts} texts and {tags} languages.",
                    texts=len(texts),
                    tags=len(each),
                )
            )
        return [self._tag_of(name) if isinstance(name, str) else "" for name in each]

    def _tag_of(self, name: str) -> str:
        return self._known.find(name) or self._known.of_part(language_part(standard_tag(name) or "")) or ""


def _check_texts(texts: Sequence[str]) -> None:
    if isinstance(texts, str):
        raise InvalidInput(_("A list of texts is wanted; got one text. Put it into a list."))
    wrong = next((type(each).__name__ for each in texts if not isinstance(each, str)), None)
    if wrong:
        raise InvalidInput(_("A list of texts is wanted; one of them is a {kind}.", kind=wrong))


def load_model(path: str | Path, encoder: str | None = None, trusted: Sequence[str] | None = None) -> Model:
    """Load a model from the folder that `lamm model export` wrote. Nothing of it is trusted: it may come from anybody.

    Args:
        path: the folder.
        encoder: what to load in place of the encoder that the model names, such as the folder where a copy of it lies;
            it has to give the same embeddings.
        trusted: None takes only a logistic regression, with the few parts that it has. With a list, an estimator of
            your own is taken as well: of the parts that skops trusts by itself, and of those that the list names, such
            as `sklearn.tree._tree.Tree`.

    Returns:
        The model; its encoder is loaded with the first texts that need it.

    Raises:
        ModelUnreadable: the folder is missing, damaged, of another format, or holds what no model has.
    """
    return Model(read_model(Path(path), trusted), encoder)

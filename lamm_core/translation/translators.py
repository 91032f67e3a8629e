"""Translators by name: a kind, and for most kinds a colon and what it works with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from lamm_core.errors import UnknownTranslator
from lamm_core.translation.amazon import AmazonTranslator
from lamm_core.translation.libretranslate import LibreTranslator
from lamm_core.translation.parallel import ParallelTranslator
from lamm_core.translation.seq2seq import Seq2SeqTranslator
from lamm_core.words import marked
from lamm_core.words import translate as _


class Translator(Protocol):
    """Texts of one language in, texts of another out.

    Attributes:
        name: the name it is loaded by.
        price_per_million_characters: of the texts that go in, in US dollars; 0 where it costs nothing.
        texts_per_request: how many texts `translate` should be given at once.
        characters_per_request: how many characters these should have together; a longer text goes alone.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - described above

    price_per_million_characters: float
    texts_per_request: int
    characters_per_request: int

    def supports(self, source: str, target: str) -> bool:
        """Whether it translates from one language to another; both are codes as projects have them.

        Raises:
            TranslatorUnavailable, TranslatorBusy: as `translate`.
        """
        ...

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        """One translation for each text, None where it has none for that text.

        Raises:
            TranslatorUnavailable: it will not work however often it is tried.
            TranslatorBusy: it may work later.
        """
        ...


@dataclass(frozen=True)
class TranslatorKind:
    """A kind of translator.

    Attributes:
        prefix: what its names begin with.
        argument: what follows the colon; empty where nothing has to.
        summary: one sentence for the person who chooses.
        build: makes one from what follows the colon; it is quick, and asks nobody.
    """

    prefix: str
    argument: str
    summary: str
    build: Callable[[str], Translator]

    @property
    def pattern(self) -> str:
        """How a name of this kind looks."""
        return f"{self.prefix}:{self.argument}" if self.argument else self.prefix


TRANSLATORS: dict[str, TranslatorKind] = {
    kind.prefix: kind
    for kind in (
        TranslatorKind(
            "parallel",
            "FILE",
            marked(
                "looks texts up in a CSV or Parquet file with the columns parallel_id (or id), lang and text; free."
            ),
            ParallelTranslator,
        ),
        TranslatorKind(
            "transformers",
            "MODEL",
            marked("runs a translation model (NLLB, M2M, mBART, Marian) from a folder or a hub on this machine; free."),
            Seq2SeqTranslator,
        ),
        TranslatorKind(
            "libretranslate",
            "URL",
            marked("asks a LibreTranslate server; a key is taken from LAMM_LIBRETRANSLATE_KEY."),
            LibreTranslator,
        ),
        TranslatorKind(
            "amazon",
            "",
            marked(
                "asks Amazon Translate, with the account and the region that the AWS tools are set up for; about $15 a "
                "million characters."
            ),
            AmazonTranslator,
        ),
    )
}


def load_translator(name: str) -> Translator:
    """A translator by name: `parallel:FILE`, `transformers:MODEL`, `libretranslate:URL` or `amazon`.

    It is quick: models are loaded and servers asked only when something is to be translated.

    Raises:
        UnknownTranslator: there is no such kind, or what must follow the colon is missing or cannot be right.
    """
    prefix, _colon, argument = name.strip().partition(":")
    kind = TRANSLATORS.get(prefix)
    if kind is None or bool(argument.strip()) != bool(kind.argument):
        patterns = ", ".join(each.pattern for each in TRANSLATORS.values())
        raise UnknownTranslator(
            _("There is no translator {name!r}; the kinds are: {kinds}.", name=name, kinds=patterns)
        )
    return kind.build(argument.strip())

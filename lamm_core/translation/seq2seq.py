"""Translation models of the library transformers: NLLB, M2M, mBART and Marian, from a folder or a hub."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lamm_core.errors import TranslatorUnavailable, UnknownTranslator
from lamm_core.hub import check_model_name, hub_answers
from lamm_core.translation.languages import closest_code
from lamm_core.translation.reasons import reason_of
from lamm_core.words import translate as _

_LOG = logging.getLogger(__name__)
_MOST_TOKENS = 512  # where neither tokenizer nor model says
_LANGUAGE_TOKEN = re.compile(r"[a-z]{2,3}_[A-Z][A-Za-z]{1,3}")  # eng_Latn, en_XX
_MARIAN_TOKEN = re.compile(r">>(.+)<<")


class Seq2SeqTranslator:
    """Runs a sequence-to-sequence model on this machine, on its GPU where there is one.

    A text that is longer than the model takes is cut at its end.

    Args:
        model: folder of a model, or its id on a hub.

    Raises:
        UnknownTranslator: this is an address.
    """

    price_per_million_characters = 0.0
    texts_per_request = 16
    characters_per_request = 20_000

    def __init__(self, model: str) -> None:
        self.name = f"transformers:{model}"
        try:
            check_model_name(model)
        except ValueError as error:
            raise UnknownTranslator(
                _("There is no translation model {model!r}: {reason}.", model=model, reason=error)
            ) from error
        self._source = model

    def supports(self, source: str, target: str) -> bool:
        """Whether the model knows both languages, and for a model of one pair, in this direction."""
        return self._way(source, target) is not None

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        """One translation for each text."""
        way = self._way(source, target)
        if way is None:
            raise TranslatorUnavailable(
                _(
                    "The model {model!r} does not translate from {source!r} to {target!r}.",
                    model=self._source,
                    source=source,
                    target=target,
                )
            )
        if not texts:
            return []
        return [text or None for text in self._generate(list(texts), *way)]

    def _way(self, source: str, target: str) -> tuple[str | None, str | None] | None:
        """The model's codes of two languages, None for what it need not be told; None if it cannot do it."""
        codes = _language_codes(self._tokenizer)
        if codes:
            from_code, to_code = closest_code(source, codes), closest_code(target, codes)
            return None if None in (from_code, to_code) or from_code == to_code else (from_code, to_code)
        from_language, to_language = _pair(self._tokenizer)
        targets = _marian_targets(self._tokenizer)
        if not from_language or not (to_language or targets):
            raise TranslatorUnavailable(
                _("The model {model!r} does not say which languages it translates.", model=self._source)
            )
        if closest_code(source, [from_language]) is None:
            return None
        if targets:
            to_code = closest_code(target, targets)
            return None if to_code is None else (None, targets[to_code])
        return None if closest_code(target, [to_language]) is None else (None, None)

    def _generate(self, texts: list[str], source: str | None, target: str | None) -> list[str]:
        import torch

        tokenizer, model = self._tokenizer, self._model
        start: dict[str, int] = {}
        if source is not None:
            tokenizer.src_lang = source
            start = {"forced_bos_token_id": _token_of(tokenizer, target)}
        elif target is not None:
            texts = [f"{target} {text}" for text in texts]
        most = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", _MOST_TOKENS))
        tokens = tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=most).to(model.device)
        # Translations are seldom twice as long; without a limit a model that finds no end would go on for minutes.
        length = min(most - 1, 2 * tokens["input_ids"].shape[1] + 30)
        try:
            with torch.inference_mode():
                made = model.generate(
                    input_ids=tokens["input_ids"],
                    attention_mask=tokens["attention_mask"],
                    do_sample=False,
                    max_new_tokens=length,
                    **start,
                )
        except torch.OutOfMemoryError as error:
            raise TranslatorUnavailable(
                _("The model {model!r} does not fit into the GPU's memory.", model=self._source)
            ) from error
        # Two tokens come before the translation where the model is told its language: the start, and the language.
        return list(tokenizer.batch_decode(made[:, 2:] if source is not None else made, skip_special_tokens=True))

    @functools.cached_property
    def _tokenizer(self) -> Any:
        with self._loading():
            from transformers import AutoTokenizer

            return AutoTokenizer.from_pretrained(self._place, local_files_only=self._only_local)

    @functools.cached_property
    def _model(self) -> Any:
        with self._loading():
            import torch
            from transformers import AutoModelForSeq2SeqLM

            model = AutoModelForSeq2SeqLM.from_pretrained(self._place, local_files_only=self._only_local)
            return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    @property
    def _place(self) -> str:
        folder = Path(self._source).expanduser()
        return str(folder) if folder.is_dir() else self._source

    @functools.cached_property
    def _only_local(self) -> bool:
        return Path(self._place).is_dir() or not hub_answers(self._source)

    @contextmanager
    def _loading(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            _LOG.info("translator %s failed to load", self.name, exc_info=True)
            raise TranslatorUnavailable(
                _("The translator {name!r} could not be loaded ({reason}).", name=self.name, reason=reason_of(error))
            ) from error


def _language_codes(tokenizer: Any) -> list[str]:
    """Codes of the languages that a model is told by; empty for models that are not told."""
    if not hasattr(tokenizer, "src_lang"):
        return []
    if hasattr(tokenizer, "lang_code_to_id"):  # M2M
        return list(tokenizer.lang_code_to_id)
    return [token for token in tokenizer.get_added_vocab() if _LANGUAGE_TOKEN.fullmatch(token)]  # NLLB, mBART


def _token_of(tokenizer: Any, code: str | None) -> int:
    """The token that a translation into that language begins with."""
    return int(
        tokenizer.get_lang_id(code) if hasattr(tokenizer, "get_lang_id") else tokenizer.convert_tokens_to_ids(code)
    )


def _pair(tokenizer: Any) -> tuple[str, str]:
    """The two languages of a Marian model, as its tokenizer names them; empty where it does not."""
    known = tokenizer.init_kwargs
    source, target = (getattr(tokenizer, each, None) or known.get(each) for each in ("source_lang", "target_lang"))
    return str(source or ""), str(target or "")


def _marian_targets(tokenizer: Any) -> dict[str, str]:
    """Language to the mark that a Marian model of many targets wants in front of a text; empty for other models."""
    marks = getattr(tokenizer, "supported_language_codes", None) or []
    return {match[1]: mark for mark in marks if (match := _MARIAN_TOKEN.fullmatch(mark))}

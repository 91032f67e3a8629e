"""Translators: one conformance test over every kind, and what is peculiar to each."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.stub import Stubber
from huggingface_hub import constants
from support.libre import LibreServer, libre_server
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    MarianConfig,
    MarianMTModel,
    NllbTokenizer,
    PreTrainedTokenizerFast,
)

from lamm_core.errors import TranslatorBusy, TranslatorUnavailable, UnknownTranslator
from lamm_core.translation import seq2seq
from lamm_core.translation.languages import closest_code
from lamm_core.translation.libretranslate import KEY_VARIABLE
from lamm_core.translation.translators import TRANSLATORS, Translator, load_translator

TEXTS = ["good morning", "good evening", "thank you", "NA"]
LETTERS = {mark: number for number, mark in enumerate("▁abcdefghijklmnopqrstuvwxyzNA", 4)}


@pytest.fixture
def server() -> Iterator[LibreServer]:
    with libre_server() as running:
        yield running


@pytest.fixture
def parallel(tmp_path: Path) -> str:
    rows = [(number, language, f"{language} {text}" if language == "de" else text)
            for number, text in enumerate(TEXTS) for language in ("en", "de")]  # fmt: skip
    file = tmp_path / "parallel.csv"
    pd.DataFrame(rows, columns=["parallel_id", "lang", "text"]).to_csv(file, index=False)
    return f"parallel:{file}"


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("translate", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    with Stubber(client) as stubber:
        yield stubber


def answer(stubber: Stubber, text: str, source: str = "en", target: str = "de") -> None:
    sent = {"Text": text, "SourceLanguageCode": source, "TargetLanguageCode": target}
    got = {"TranslatedText": f"{target} {text}", "SourceLanguageCode": source, "TargetLanguageCode": target}
    stubber.add_response("translate_text", got, sent)


SIZES: dict[str, Any] = {
    "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "pad_token_id": 1,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "max_position_embeddings": 64,
}  # fmt: skip


@pytest.fixture(scope="module")
def many_languages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of many languages that is told from which to which, with random weights."""
    folder = tmp_path_factory.mktemp("nllb")
    vocabulary = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, **LETTERS}
    codes = ["eng_Latn", "deu_Latn", "zho_Hans", "zho_Hant", "arb_Arab"]
    tokenizer = NllbTokenizer(vocab=vocabulary, merges=[], extra_special_tokens=codes)
    tokenizer.save_pretrained(folder)
    config = M2M100Config(vocab_size=len(tokenizer), **SIZES, decoder_start_token_id=2, eos_token_id=2, bos_token_id=0)
    M2M100ForConditionalGeneration(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def one_pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Marian model from English to German, with random weights."""
    folder = tmp_path_factory.mktemp("marian")
    base = Tokenizer(models.WordLevel({"</s>": 0, "<pad>": 1, "<unk>": 2, **LETTERS}, unk_token="<unk>"))
    base.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=base, eos_token="</s>", pad_token="<pad>", unk_token="<unk>",
        source_lang="en", target_lang="de", model_max_length=64,
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    config = MarianConfig(
        vocab_size=len(tokenizer) + 10, **SIZES, decoder_start_token_id=1, eos_token_id=0, forced_eos_token_id=None
    )
    MarianMTModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(params=[*TRANSLATORS, "marian"])
def translator(request: pytest.FixtureRequest) -> Translator:
    """One of each kind, ready to translate TEXTS from English to German twice."""
    kind = request.param
    if kind == "parallel":
        return load_translator(request.getfixturevalue("parallel"))
    if kind == "libretranslate":
        return load_translator(request.getfixturevalue("server").name)
    if kind == "amazon":
        for text in TEXTS * 2:
            answer(request.getfixturevalue("amazon"), text)
        return load_translator("amazon")
    folder = request.getfixturevalue("one_pair" if kind == "marian" else "many_languages")
    return load_translator(f"transformers:{folder}")


def test_every_translator_conforms(translator: Translator) -> None:
    assert load_translator(translator.name).name == translator.name
    assert translator.price_per_million_characters >= 0
    assert translator.texts_per_request >= 1
    assert translator.characters_per_request >= 1
    assert translator.supports("en", "de")
    assert not translator.supports("en", "en")
    assert not translator.supports("en", "qq")
    assert not translator.supports("qq", "de")
    made = translator.translate(TEXTS, "en", "de")
    assert len(made) == len(TEXTS)
    assert all(each is None or (isinstance(each, str) and each) for each in made)
    assert translator.translate(TEXTS, "en", "de") == made
    assert translator.translate([], "en", "de") == []


@pytest.mark.parametrize(
    "name",
    ["", "nobody", "parallel", "parallel:", "amazon:x", "google:x", "libretranslate:x",
     "libretranslate:file:///etc/passwd", "libretranslate:http://me:secret@host", "libretranslate:http://[abc",
     "parallel:~no such user/texts.csv"],
)  # fmt: skip
def test_a_name_of_no_kind_is_refused_with_one_sentence(name: str) -> None:
    with pytest.raises(UnknownTranslator) as caught:
        load_translator(name)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


# codes


@pytest.mark.parametrize(
    ("language", "code"),
    [("en", "eng_Latn"), ("pt-BR", "por_Latn"), ("ar", "arb_Arab"), ("zh", "zho_Hans"), ("zh-CN", "zho_Hans"),
     ("zh-TW", "zho_Hant"), ("fa", "pes_Arab"), ("lv", "lvs_Latn"), ("no", "nob_Latn"), ("nb", "nob_Latn"),
     ("sw", "swh_Latn"), ("sr", "srp_Cyrl"), ("sr-Latn", None), ("qq", None), ("nonsense language", None)],
)  # fmt: skip
def test_a_language_is_found_among_the_codes_of_a_model(language: str, code: str | None) -> None:
    codes = (
        "eng_Latn por_Latn arb_Arab ary_Arab zho_Hans zho_Hant prs_Arab pes_Arab lvs_Latn nob_Latn swh_Latn srp_Cyrl"
    )
    assert closest_code(language, codes.split()) == code


def test_the_territory_decides_where_there_is_a_choice() -> None:
    codes = ["en", "pt", "pt-PT", "es", "es-MX", "zh", "zh-TW"]
    found = {each: closest_code(each, codes) for each in ("pt-BR", "pt-PT", "es-MX", "es-ES", "zh-HK", "en-GB")}
    assert found == {"pt-BR": "pt", "pt-PT": "pt-PT", "es-MX": "es-MX", "es-ES": "es", "zh-HK": "zh-TW", "en-GB": "en"}


@pytest.mark.parametrize(("language", "code"), [("pt", "pt"), ("pt-PT", "pt"), ("pt-BR", "pb")])
def test_a_code_that_names_another_territory_is_the_last_choice(language: str, code: str) -> None:
    assert closest_code(language, ["en", "pb", "pt"]) == code


# parallel


def test_a_text_without_a_translation_is_left_out(parallel: str) -> None:
    assert load_translator(parallel).translate(["thank you", "never seen", " NA "], "en", "de") == [
        "de thank you", None, "de NA",
    ]  # fmt: skip


def test_parallel_texts_are_read_from_parquet_and_by_id(tmp_path: Path) -> None:
    file = tmp_path / "texts.parquet"
    rows = [(1, "en", "bank"), (2, "en", "bank"), (2, "de", "Ufer"), (3, "en", None), (3, "de", "leer")]
    pd.DataFrame(rows, columns=["id", "language", "text"]).to_parquet(file)
    # The first id has no German text, so the next one that has the same English text serves.
    assert load_translator(f"parallel:{file}").translate(["bank", "nan", "None"], "en", "de") == ["Ufer", None, None]


@pytest.mark.parametrize(
    "content", [None, "id,lang\n1,en\n", "", "a\x00\xff"], ids=["none", "column", "empty", "binary"]
)
def test_parallel_texts_that_cannot_be_read_get_one_sentence(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "parallel.csv"
    if content is not None:
        file.write_bytes(content.encode("latin-1"))
    with pytest.raises(TranslatorUnavailable, match=r"parallel texts .*\.$"):
        load_translator(f"parallel:{file}").supports("en", "de")


# amazon


def test_amazon_is_told_its_own_codes(amazon: Stubber) -> None:
    answer(amazon, "hello", "pt", "zh-TW")
    answer(amazon, "hello", "no", "fr-CA")
    translator = load_translator("amazon")
    assert translator.translate(["hello"], "pt-BR", "zh-Hant") == ["zh-TW hello"]
    assert translator.translate(["hello"], "nb", "fr-CA") == ["fr-CA hello"]
    assert not translator.supports("en-GB", "en-US")
    with pytest.raises(TranslatorUnavailable, match="'en' to 'qq'"):
        translator.translate(["hello"], "en", "qq")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("ThrottlingException", TranslatorBusy), ("TooManyRequestsException", TranslatorBusy),
     ("ServiceUnavailableException", TranslatorBusy), ("UnrecognizedClientException", TranslatorUnavailable),
     ("UnsupportedLanguagePairException", TranslatorUnavailable)],
)  # fmt: skip
def test_amazon_tells_what_may_pass_from_what_will_not(amazon: Stubber, code: str, kind: type[Exception]) -> None:
    amazon.add_client_error("translate_text", code, "for the test")
    with pytest.raises(kind, match=code):
        load_translator("amazon").translate(["hello"], "en", "de")


def test_a_text_that_is_too_long_for_amazon_is_left_out(amazon: Stubber) -> None:
    amazon.add_client_error("translate_text", "TextSizeLimitExceededException")
    assert load_translator("amazon").translate(["hello", "ü" * 5_001], "en", "de") == [None, None]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (EndpointConnectionError(endpoint_url="https://x"), TranslatorBusy),
        (NoCredentialsError(), TranslatorUnavailable),
    ],
)
def test_amazon_without_a_network_or_an_account(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception]
) -> None:
    class Client:
        def translate_text(self, **_: Any) -> None:
            raise error

    monkeypatch.setattr(boto3, "client", lambda *_, **__: Client())
    with pytest.raises(kind, match=r"^Amazon Translate .*\.$"):
        load_translator("amazon").translate(["hello"], "en", "de")


def test_amazon_without_its_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(TranslatorUnavailable, match=r"pip install 'lamm\[aws\]'"):
        load_translator("amazon").translate(["hello"], "en", "de")


def test_amazon_without_a_region_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(TranslatorUnavailable, match="region"):
        load_translator("amazon").translate(["hello"], "en", "de")


# libretranslate


def test_libretranslate_gets_texts_codes_and_key(server: LibreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.key = "secret"
    translator = load_translator(server.name + "/")
    with pytest.raises(TranslatorUnavailable, match="Invalid API key"):
        translator.translate(["a"], "zh-CN", "pt-BR")
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    assert translator.translate(["a", "b"], "zh-CN", "pt-BR") == ["pb a", "pb b"]
    assert server.requests[-1] == {
        "q": ["a", "b"], "source": "zh-Hans", "target": "pb", "format": "text", "api_key": "secret",
    }  # fmt: skip


def test_only_a_text_that_is_too_long_by_itself_is_left_out(server: LibreServer) -> None:
    server.limit = 10
    made = load_translator(server.name).translate(["short", "far too long a text", "little", "x"], "en", "de")
    assert made == ["de short", None, "de little", "de x"]
    assert set(server.answered.values()) == {1}


@pytest.mark.parametrize(
    ("status", "kind"), [(429, TranslatorBusy), (503, TranslatorBusy), (400, TranslatorUnavailable)]
)
def test_libretranslate_tells_what_may_pass_from_what_will_not(
    server: LibreServer, status: int, kind: type[Exception]
) -> None:
    server.refusals = [(status, "Not now, please.\nTrace")]
    with pytest.raises(kind, match=r"refused the request \(Not now, please\)\.$"):
        load_translator(server.name).translate(["a"], "en", "de")


def test_a_server_that_is_not_there_may_come_back() -> None:
    with libre_server() as server:
        name = server.name
    with pytest.raises(TranslatorBusy, match="did not answer"):
        load_translator(name).supports("en", "de")


def test_a_server_that_is_none_of_libretranslate_is_refused(
    server: LibreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json, "loads", lambda *_: {"hello": "world"})
    with pytest.raises(TranslatorUnavailable, match="does not answer as a LibreTranslate server"):
        load_translator(server.name).supports("en", "de")


# transformers


def test_a_model_of_many_languages_begins_with_the_target(
    many_languages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator = seq2seq.Seq2SeqTranslator(str(many_languages))
    assert translator.supports("zh-TW", "ar")
    given: list[dict[str, Any]] = []
    model = translator._model
    real = model.generate
    monkeypatch.setattr(model, "generate", lambda **values: given.append(values) or real(**values))
    made = translator.translate(["abc", "ab"], "en", "zh-TW")
    tokenizer = translator._tokenizer
    assert made == [text or None for text in tokenizer.batch_decode(real(**given[0])[:, 2:], skip_special_tokens=True)]
    assert len(made) == 2
    assert given[0]["forced_bos_token_id"] == tokenizer.convert_tokens_to_ids("zho_Hant")
    assert given[0]["input_ids"][0, 0] == tokenizer.convert_tokens_to_ids("eng_Latn")


def test_a_model_of_one_pair_translates_in_its_direction_only(one_pair: Path) -> None:
    translator = load_translator(f"transformers:{one_pair}")
    assert translator.supports("en-GB", "de-AT")
    assert not translator.supports("de", "en")
    with pytest.raises(TranslatorUnavailable, match="'de' to 'en'"):
        translator.translate(["a"], "de", "en")


def test_a_model_of_many_targets_wants_a_mark_in_front(one_pair: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    translator = seq2seq.Seq2SeqTranslator(str(one_pair))
    translator._tokenizer.supported_language_codes = [">>fra<<", ">>spa<<"]
    seen: list[list[str]] = []
    monkeypatch.setattr(translator, "_tokenizer", _Spy(translator._tokenizer, seen))
    assert translator.supports("en", "es")
    assert not translator.supports("en", "de")
    translator.translate(["abc"], "en", "fr")
    assert seen == [[">>fra<< abc"]]


class _Spy:
    """A tokenizer that notes what it is given."""

    def __init__(self, tokenizer: Any, seen: list[list[str]]) -> None:
        self._tokenizer, self._seen = tokenizer, seen

    def __call__(self, texts: list[str], **options: Any) -> Any:
        self._seen.append(texts)
        return self._tokenizer(texts, **options)

    def __getattr__(self, name: str) -> Any:
        if name == "src_lang":
            raise AttributeError(name)
        return getattr(self._tokenizer, name)


def test_a_text_longer_than_the_model_takes_is_cut(one_pair: Path) -> None:
    assert len(load_translator(f"transformers:{one_pair}").translate(["a" * 500], "en", "de")) == 1


def test_a_hub_model_without_a_network_fails_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(TranslatorUnavailable) as caught:
        load_translator("transformers:somebody/opus-mt-en-de").supports("en", "de")
    message = str(caught.value)
    assert message.startswith("The translator 'transformers:somebody/opus-mt-en-de' could not be loaded (")
    assert message.endswith(").")
    assert "\n" not in message


def test_a_folder_that_holds_no_model_fails_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TranslatorUnavailable, match=r"could not be loaded \(.*\)\.$"):
        load_translator(f"transformers:{tmp_path}").supports("en", "de")

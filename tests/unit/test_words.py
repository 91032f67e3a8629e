"""The words of the pages: which language is spoken, what is translated, and files that a translator has broken."""

import ast
import logging
import random
import re
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as some

from lamm_core import words
from lamm_core.language_names import language_name
from lamm_core.words import speaking, spoken
from lamm_core.words import translate as _
from lamm_core.words.catalogue import FILE, FOLDER, Catalogue, read_catalogue
from lamm_core.words.placeholders import fits, placeholders
from pages.components.reader import reader_language

_ROOT = Path(__file__).parents[2]
_TRANSLATED = [code for code in words.LANGUAGES if code != words.ENGLISH]
_KEYWORDS = {"_": None, "marked": None, "plural": (1, 2), "in_context": ((1, "c"), 2)}
_HEAD = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


@pytest.fixture(autouse=True)
def _no_resolver() -> Iterator[None]:
    """The pages install one when they are loaded, which is put back for other tests."""
    before = spoken._resolve
    words.resolve_by(lambda: words.ENGLISH)
    yield
    words.resolve_by(before)


def _key(message: Message) -> tuple[str | None, tuple[str, ...]]:
    return message.context, _forms(message.id)


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _messages(language: str) -> list[Message]:
    return [each for each in _catalog(FOLDER / language / FILE) if each.id]


# what translators are given


def _in_the_code() -> set[tuple[str | None, tuple[str, ...]]]:
    mapping = [(each["pattern"], each["method"]) for each in _settings()["tool"]["babel"]["mappings"]]
    found = set()
    for folder in ("lamm_core", "pages"):
        for _file, _line, message, _comments, context in extract_from_dir(_ROOT / folder, mapping, keywords=_KEYWORDS):
            found.add((context, _forms(message)))
    return found


def _settings() -> dict[str, dict[str, dict[str, list[dict[str, str]]]]]:
    return tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))


def _calls(source: str) -> list[str]:
    """First words of every call for a sentence, wherever in the code it is."""
    return [
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _KEYWORDS
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def test_the_template_has_what_the_code_says() -> None:
    template = {_key(each) for each in _catalog(FOLDER / "lamm.pot") if each.id}
    assert template == _in_the_code(), "run `make words`"


def test_no_call_is_hidden_from_the_tool_that_collects_sentences() -> None:
    """Some versions of Python hide what stands inside an f-string."""
    found = {text for context, texts in _in_the_code() for text in (*texts, context)}
    files = [*(_ROOT / "pages").rglob("*.py"), *(_ROOT / "lamm_core").rglob("*.py")]
    for path in files:
        for text in _calls(path.read_text("utf-8")):
            assert text in found, f"{path.name}: {text}"


@pytest.mark.parametrize("language", _TRANSLATED)
def test_every_sentence_is_translated(language: str) -> None:
    messages = _messages(language)
    assert {_key(each) for each in messages} == {_key(each) for each in _catalog(FOLDER / "lamm.pot") if each.id}
    for each in messages:
        assert all(_forms(each.string)), each.id
        assert not each.fuzzy, each.id


@pytest.mark.parametrize("language", _TRANSLATED)
def test_translations_have_the_places_and_the_marks_of_their_sentences(language: str) -> None:
    for each in _messages(language):
        ids, strings = _forms(each.id), _forms(each.string)
        assert fits(ids, strings), each.id
        for string in strings:
            assert _markup(string) == _markup(ids[-1]), each.id


def _markup(text: str) -> list[str]:
    """Bold words, code, icons and links, as markdown or HTML has them."""
    return sorted(re.findall(r"\*\*|`|:material/\w+:|\]\(\S+?\)|</?\w+>", text))


@pytest.mark.parametrize("language", _TRANSLATED)
def test_a_sentence_ends_as_its_english_one(language: str) -> None:
    for each in _messages(language):
        for string in _forms(each.string):
            ends = string.endswith((".", "。"))
            assert ends == _forms(each.id)[-1].endswith("."), each.id
            assert string[:1].isspace() == _forms(each.id)[-1][:1].isspace() or language == "fr", each.id


@pytest.mark.parametrize("language", _TRANSLATED)
def test_no_language_says_a_sentence_of_another(language: str) -> None:
    """A sentence of several words that reads as in English was forgotten."""
    for each in _messages(language):
        for english, string in zip(_forms(each.id), _forms(each.string), strict=False):
            plain = "".join(part for part, *_rest in Formatter().parse(english)) if "%{" not in english else english
            assert string != english or len(re.findall(r"[A-Za-z]{3,}", plain)) < 3, english


@pytest.mark.parametrize("language", _TRANSLATED)
def test_plural_forms_compile_and_answer_for_every_number(language: str) -> None:
    with speaking(language):
        said = {words.plural("{count:,} label", "{count:,} labels", count) for count in (0, 1, 2, 5, 1_000_000)}
        assert len(said) == 5


# which language is spoken


def test_it_is_english_where_nobody_says_otherwise() -> None:
    assert words.language() == "en"
    assert _("Languages") == "Languages"


def test_a_caller_goes_before_the_reader_and_gives_the_word_back() -> None:
    words.resolve_by(lambda: "fr")
    assert _("Languages") == "Langues"
    with speaking("de"):
        assert _("Languages") == "Sprachen"
        with speaking("ja"):
            assert _("Languages") == "言語"
        assert _("Languages") == "Sprachen"
    assert _("Languages") == "Langues"


def test_a_language_that_nobody_translated_is_english() -> None:
    with speaking("tlh"):
        assert words.language() == "en"


def test_what_a_caller_asks_for_holds_in_its_own_thread_alone() -> None:
    heard = []
    with speaking("de"):
        thread = threading.Thread(target=lambda: heard.append(words.language()))
        thread.start()
        thread.join()
    assert heard == ["en"]


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de-AT", "de"), ("pt-BR", "pt"), ("pt_PT", "pt"), ("ja", "ja"), ("FR", "fr"), ("sv-SE", "en"), ("", "en")],
)
def test_the_closest_language_to_a_locale(locale: str, language: str) -> None:
    assert words.closest(locale) == language
    assert words.closest(None) == "en"


def test_outside_a_page_the_reader_speaks_english() -> None:
    assert reader_language() == "en"


# sentences with values


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert [_in(code, 1234.5, ",.1f") for code in words.LANGUAGES] == [
        "1,234.5",
        "1\u202f234,5",
        "1.234,5",
        "1.234,5",
        "1,234.5",
    ]
    assert [_in(code, 0.915, ".1%") for code in words.LANGUAGES] == [
        "91.5%",
        "91,5\xa0%",
        "91,5\xa0%",
        "91,5%",
        "91.5%",
    ]


def _in(language: str, value: float, spec: str) -> str:
    with speaking(language):
        return words.number(value, spec)


@given(some.floats(-1e12, 1e12), some.sampled_from(["", ",", ".1f", ",.2f", ".0%", ".1%", "g", "+.1f"]))
def test_english_numbers_are_those_of_python(value: float, spec: str) -> None:
    assert words.number(value, spec) == format(value, spec)


@given(some.text(), some.integers())
def test_texts_of_users_are_put_in_as_they_are(text: str, number: int) -> None:
    with speaking("de"):
        assert _("There is no annotator named {name!r}.", name=text) == (
            f"Es gibt keine annotierende Person mit dem Namen {text!r}."
        )
        assert words.plural("{count:,} label", "{count:,} labels", number).endswith(("Label", "Labels"))


def test_words_with_more_than_one_meaning_are_told_apart() -> None:
    with speaking("de"):
        assert words.in_context("button", "Compare") == "Vergleichen"
        assert _("Compare") == "Vergleich"


def test_languages_and_months_have_names_in_every_language() -> None:
    with speaking("de"):
        assert language_name("pl") == "Polnisch"
    with speaking("ja"):
        assert language_name("pl") == "ポーランド語"
    assert language_name("pl") == "Polish"


# sentences that were stored


def test_a_stored_sentence_is_told_again_with_its_numbers() -> None:
    with speaking("de"):
        assert words.retold("saving") == "wird gespeichert"
        assert words.retold("embedding 1,234 of 20,000 texts") == "1.234 von 20.000 Texten eingebettet"
        assert words.retold("1 check item, fewer than 10") == "1 Prüftext, weniger als 10"
    assert words.retold("embedding 1,234 of 20,000 texts") == "embedding 1,234 of 20,000 texts"


def test_a_reason_inside_a_stored_sentence_is_told_again_too() -> None:
    stored = _(
        "The encoder {name!r} could not be loaded ({reason}); the built-in choice is {default!r}.",
        name="Class",
        reason="its name is empty",
        default="builtin:x",
    )
    with speaking("de"):
        told = words.retold(stored)
    assert (
        told == "Der Encoder 'Class' konnte nicht geladen werden (sein Name ist leer); der eingebaute ist 'builtin:x'."
    )


@given(some.text())
def test_what_is_none_of_ours_stays_as_it_is_or_reads_as_ours(text: str) -> None:
    with speaking("ja"):
        assert isinstance(words.retold(f"xyzzy {text} plugh"), str)
        assert words.retold(f"xyzzy {len(text)} plugh") == f"xyzzy {len(text)} plugh"


# places for values


@pytest.mark.parametrize(
    ("ids", "strings", "answer"),
    [
        (("{a} and {b:,}",), ("{b:,} und {a}",), True),
        (("{a} and {b:,}",), ("{a} und {b}",), False),
        (("{a}",), ("{a} {c}",), False),
        (("{a!r}",), ("{a}",), False),
        (("plain",), ("schlicht {",), False),
        (("plain",), ("{oops}",), False),
        (("1 label", "{count} labels"), ("{count} Label", "{count} Labels"), True),
        (("1 label", "{count} labels"), ("ein Label", "{count} Labels"), True),
        (("1 label", "{count} labels"), ("ein Label", "Labels"), False),
        (("{count} label", "{count} labels"), ("ラベル{count}件",), True),
        (("%{x}: {",), ("%{x} : {",), True),
    ],
)
def test_what_fits(ids: tuple[str, ...], strings: tuple[str, ...], answer: bool) -> None:
    assert fits(ids, strings) is answer


_names = some.from_regex(r"[a-z][a-z_]{0,5}", fullmatch=True)
_places = some.builds(
    lambda name, conversion, spec: f"{{{name}{conversion}{spec}}}",
    _names,
    some.sampled_from(["", "!r"]),
    some.sampled_from(["", ":,", ":.1%"]),
)
_parts = some.lists(some.one_of(some.text(some.characters(exclude_characters="{}")), _places), max_size=6)


@given(_parts, some.randoms())
def test_the_order_of_places_does_not_matter_but_each_must_be_there(parts: list[str], chance: random.Random) -> None:
    message, shuffled = "".join(parts), list(parts)
    chance.shuffle(shuffled)
    assert fits((message,), ("".join(shuffled),))
    found = placeholders(message)
    assert fits((message,), ("nothing",)) == (not found)


# files that a translator has broken


def _read(tmp_path: Path, text: str | bytes) -> Catalogue:
    path = tmp_path / FILE
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_catalogue(path)


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "Save"\nmsgstr "Speichern',
        'msgid "Save"\nmsgstr',
        'msgid "Save"\n',
        'mgsid "Save"\nmsgstr "Speichern"',
        'msgid "Save"\nmsgstr "Speichern {name}"',
        'msgid "Save"\nmsgstr "Speichern {"',
        '#, fuzzy\nmsgid "Save"\nmsgstr "Speichern"',
        'msgid "Save"\nmsgstr ""',
        '"Speichern"',
        "<<<<<<< ours",
    ],
    ids=str,
)
def test_a_broken_entry_is_english_and_the_others_stay(tmp_path: Path, entry: str) -> None:
    whole = f'{_HEAD}\n{entry}\n\nmsgid "Cancel"\nmsgstr "Abbrechen"\n'
    found = _read(tmp_path, whole).translations
    assert found.gettext("Save") == "Save"
    assert found.gettext("Cancel") == "Abbrechen"


def test_a_broken_place_is_said_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        _read(tmp_path, f'{_HEAD}\nmsgid "There is no annotator {{id}}."\nmsgstr "{{idee}}"\n')
    assert "{idee}" in caplog.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"\x00" * 100,
        _HEAD.replace("plural=(n != 1)", "plural=n ** 2").encode() + b'\nmsgid "Save"\nmsgstr "Speichern"\n',
        _HEAD.replace("charset=utf-8", "charset=klingon").encode() + b'\nmsgid "Save"\nmsgstr "Speichern"\n',
    ],
)
def test_a_broken_file_breaks_nothing(tmp_path: Path, content: bytes) -> None:
    found = _read(tmp_path, content).translations
    assert found.gettext("Save") in ("Save", "Speichern")
    assert found.ngettext("{count} point", "{count} points", 2) == "{count} points"


def test_a_missing_file_breaks_nothing(tmp_path: Path) -> None:
    assert read_catalogue(tmp_path / "none.po").translations.gettext("Save") == "Save"


@given(some.binary(max_size=300))
def test_no_file_breaks_the_app(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("locale") / FILE
    path.write_bytes(_HEAD.encode() + b"\n" + content)
    assert isinstance(read_catalogue(path).translations.gettext("Save"), str)

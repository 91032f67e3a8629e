"""Near copies of a text are found in any language; other texts on the same topic are not."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.model import near_duplicates as module
from lamm_core.model import shingles
from lamm_core.model.near_duplicates import ALIKE_FROM, near_duplicates

LONG = (
    "The library reads and writes calendar files of version 2.4.1. It keeps events, tasks and alarms apart, knows the "
    "time zones of all countries, repeats an appointment every week or every month, and warns when two of them meet."
)
# One sentence each; the same sentence with one word changed; another sentence on the same topic.
LANGUAGES = {
    "ja": (
        "図書館では毎週土曜日の午後に、子どもたちのための読み聞かせの会が開かれており、誰でも無料で参加することができます。",
        "図書館では毎週日曜日の午後に、子どもたちのための読み聞かせの会が開かれており、誰でも無料で参加することができます。",
        "図書館は月曜日が休館日ですが、祝日の場合は翌日が休みになりますので、来館の前に開館日を確認してください。",
    ),
    "zh": (
        "市图书馆每个星期六下午都会为孩子们举办读书会，所有的家庭都可以免费参加，不需要提前报名，也不需要办理借书证。",
        "市图书馆每个星期日下午都会为孩子们举办读书会，所有的家庭都可以免费参加，不需要提前报名，也不需要办理借书证。",
        "市图书馆星期一休息，如果遇到节假日则改为第二天休息，请读者在来馆之前先确认开放时间，以免白跑一趟。",
    ),
    "th": (
        "ห้องสมุดประชาชนจัดกิจกรรมเล่านิทานสำหรับเด็กทุกวันเสาร์ตอนบ่าย ทุกคนเข้าร่วมได้โดยไม่เสียค่าใช้จ่าย",
        "ห้องสมุดประชาชนจัดกิจกรรมเล่านิทานสำหรับเด็กทุกวันศุกร์ตอนบ่าย ทุกคนเข้าร่วมได้โดยไม่เสียค่าใช้จ่าย",
        "ห้องสมุดประชาชนปิดทำการทุกวันจันทร์ หากตรงกับวันหยุดจะปิดในวันถัดไปแทน โปรดตรวจสอบก่อนเดินทางมา",
    ),
}


def alike(text: str, other: str) -> bool:
    return near_duplicates([text], [other]).tolist() == [0]


@pytest.mark.parametrize(
    "edited",
    [
        LONG.upper(),
        LONG.replace(".", "").replace(",", " –"),
        "  " + LONG.replace(" ", " \n\t") + "\u200b",
        LONG.replace("2.4.1", "2.5"),
        LONG.replace("calendar", "diary"),
        LONG.replace("calendar", "diary").replace("countries", "nations"),
        LONG[: len(LONG) * 9 // 10],
        unicodedata.normalize("NFD", LONG),
    ],
    ids=["case", "punctuation", "spaces", "version", "one word", "two words", "end cut off", "normal form"],
)
def test_a_long_text_with_a_small_change_is_found(edited: str) -> None:
    assert alike(edited, LONG)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("libfoo - development files", "libbar - development files"),
        ("I like this film", "I like this meal"),
        ("Invoice 17", "Invoice 18"),
        ("Windows 7", "Windows 8"),
        ("C", "C++"),
        ("Great! 👍", "Great! 👎"),
        ("👍", "👎"),
        (":-)", ":-("),
        ("ดี", "ดู"),
        ("हाँ", "हूँ"),
    ],
)
def test_short_texts_with_one_change_stay_different(text: str, other: str) -> None:
    assert not alike(text, other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Yes!", "yes"),
        ("STRASSE", "Straße"),
        ("ｆｕｌｌ　ｗｉｄｔｈ", "Full width"),
        ("👍 ", "👍"),
        ("?!", "? !"),
        ("OK", "ok..."),
    ],
)
def test_short_texts_that_differ_in_form_alone_are_found(text: str, other: str) -> None:
    assert alike(text, other)


def test_texts_on_the_same_topic_are_no_near_duplicates() -> None:
    other = (
        "A library for calendar files: it keeps tasks and events, knows every time zone, and warns of appointments "
        "that meet. Weekly and monthly appointments repeat by themselves, and alarms are kept apart from events."
    )
    assert not alike(other, LONG)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_without_spaces_are_compared_too(language: str) -> None:
    sentence, changed, other = LANGUAGES[language]
    assert near_duplicates([other, changed, sentence], [sentence]).tolist() == [-1, 0, 0]


def test_the_first_near_duplicate_is_given_even_where_a_later_one_is_closer() -> None:
    of = ["something else", LONG.replace("calendar", "diary"), LONG]
    assert near_duplicates([LONG, "nothing of the kind", LONG.lower()], of).tolist() == [1, -1, 1]


def test_nothing_is_found_among_nothing() -> None:
    assert near_duplicates([], [LONG]).tolist() == []
    assert near_duplicates([LONG], []).tolist() == [-1]
    assert near_duplicates([], []).tolist() == []


def test_a_text_of_spaces_has_no_near_duplicate() -> None:
    assert near_duplicates(["", " \n", LONG], ["", "\t", LONG]).tolist() == [-1, -1, 2]


def test_a_text_with_half_a_surrogate_pair_is_compared_like_any_other() -> None:
    assert alike("\ud83d" + LONG, LONG)
    assert alike("\ud83d", "\ud83d")


def test_a_text_longer_than_the_widest_sketch_is_found() -> None:
    rng = np.random.default_rng(0)
    first, second = ("".join(map(chr, rng.integers(0x4E00, 0x9FA5, 5000))) for _ in range(2))
    assert near_duplicates([first[100:], second[:4900], first[:2500]], [second, first]).tolist() == [1, 0, -1]


@pytest.mark.parametrize("alike_from", [0.0, -0.5, 1.01, float("nan")])
def test_a_similarity_that_cannot_be_is_refused(alike_from: float) -> None:
    with pytest.raises(ValueError, match="over 0 and at most 1"):
        near_duplicates([LONG], [LONG], alike_from)


def test_at_a_similarity_of_one_only_the_form_may_differ() -> None:
    assert near_duplicates([LONG.upper(), LONG + " too"], [LONG], 1.0).tolist() == [0, -1]


def plainly(texts: list[str], of: list[str], alike_from: float) -> list[int]:
    """Every pair in full, with sets of strings."""

    def shingles(text: str) -> set[str]:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        bare = "".join(c for c in folded if unicodedata.category(c)[0] in "LMNS") or "".join(folded.split())
        return {f"\n{bare}\n"[i : i + 3] for i in range(len(bare))}

    def similarity(left: set[str], right: set[str]) -> float:
        return len(left & right) / max(1, len(left | right))

    others = [shingles(text) for text in of]
    return [
        next((j for j, other in enumerate(others) if similarity(own, other) >= alike_from), -1)
        for own in map(shingles, texts)
    ]


small_texts = st.text("abAB 1.é字ไ้👍", max_size=30) | st.text(max_size=12)


@settings(deadline=None)
@given(
    of=st.lists(small_texts, max_size=12),
    texts=st.lists(small_texts, max_size=12),
    alike_from=st.sampled_from([0.1, 0.5, ALIKE_FROM, 0.8, 1.0]),
    block=st.integers(1, 5),
)
def test_blocks_and_sketches_lose_nothing_among_short_texts(
    of: list[str], texts: list[str], alike_from: float, block: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles, "_BLOCK", block)
        patch.setattr(shingles, "_BLOCK_CHARACTERS", 20 * block)
        patch.setattr(module, "_PAIRS", 2 * block)
        patch.setattr(module, "_GROUP", block)
        assert near_duplicates(texts + of, of, alike_from).tolist() == plainly(texts + of, of, alike_from)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), letters=st.sampled_from(["abcdefghij klmnopqrstu", "図書館では毎週土曜日"]))
def test_sketches_lose_no_edited_text_around_the_threshold(seed: int, letters: str) -> None:
    rng = np.random.default_rng(seed)

    def edited(text: str, edits: int) -> str:
        characters = list(text)
        for place in rng.integers(0, len(text), edits):
            characters[place] = str(rng.choice([*letters, "", "xyz"]))
        return "".join(characters)

    of = ["".join(rng.choice(list(letters), int(rng.integers(20, 500)))) for _ in range(8)]
    texts = [edited(text, round(len(text) * share / 100)) for text in of for share in range(10)]
    expected = plainly(texts, of, ALIKE_FROM)
    assert near_duplicates(texts, of).tolist() == expected
    assert len(set(expected)) > 2, "the edits reach over the threshold from both sides"

"""What the labelling card says by itself, in the reader's language.

What stands in braces, such as `{count}`, is put in by the card.
"""

from functools import cache

from lamm_core.words import in_context, language, marked, speaking
from lamm_core.words import translate as _

# Characters that nobody could see, by their short names.
_MARKS = {
    "SHY": marked("soft hyphen"),
    "ALM": marked("Arabic letter mark"),
    "HF": marked("Hangul filler"),
    "MVS": marked("Mongolian vowel separator"),
    "ZWSP": marked("zero-width space"),
    "ZWNJ": marked("zero-width non-joiner"),
    "ZWJ": marked("zero-width joiner"),
    "LRM": marked("left-to-right mark"),
    "RLM": marked("right-to-left mark"),
    "LS": marked("line separator"),
    "PS": marked("paragraph separator"),
    "LRE": marked("left-to-right embedding"),
    "RLE": marked("right-to-left embedding"),
    "PDF": marked("end of embedding or override"),
    "LRO": marked("left-to-right override (switched off here)"),
    "RLO": marked("right-to-left override (switched off here)"),
    "WJ": marked("word joiner"),
    "LRI": marked("left-to-right isolate"),
    "RLI": marked("right-to-left isolate"),
    "FSI": marked("first strong isolate"),
    "PDI": marked("end of isolate"),
    "BOM": marked("zero-width no-break space"),
    "TAGS": marked("hidden tag characters"),
    "": marked("control character"),
}


def card_words() -> dict[str, str]:
    """All that the card shows by itself, by name; a page hands it to the card with its other data."""
    return _card_words(language())


def mark_words() -> dict[str, str]:
    """Names of characters that nobody could see, by their short names; the empty one stands for all others."""
    return _mark_words(language())


@cache
def _card_words(spoken: str) -> dict[str, str]:
    with speaking(spoken):
        return _frame_words() | _button_words() | _key_words() | _state_words() | _text_words()


@cache
def _mark_words(spoken: str) -> dict[str, str]:
    with speaking(spoken):
        return {short: _(name) for short, name in _MARKS.items()}


def _frame_words() -> dict[str, str]:
    return {
        "card": _("Labelling card"),
        "progress": _("Progress in this batch"),
        "text": _("Text"),
        "classes": _("Classes"),
        "batch": _("Batch {number}: {done} of {size}"),
        "why": _("Why this text?"),
        "whyHelp": _(
            "The further a language is from its target, the larger its weight. Uncertainty says how undecided the "
            "model is: a label there teaches it most."
        ),
        "searchClasses": _("Search classes"),
        "searchHint": _("Search classes ( / )"),
        "found": _("{count} of {all} classes"),
        "enterGives": _("Enter gives {name}"),
        "commentOn": _("Comment on this text"),
    }


def _button_words() -> dict[str, str]:
    return {
        "skip": in_context("card", "Skip"),
        "undo": in_context("card", "Undo"),
        "flag": in_context("card", "Flag"),
        "comment": in_context("card", "Comment"),
        "commentKept": _("Comment kept"),
        "back": _("Back to your answer before"),
        "forth": _("On to your next answer"),
        "guidelines": _("Guidelines"),
        "help": _("Help: all keys"),
        "close": _("Close"),
    }


def _key_words() -> dict[str, str]:
    """The list of keys. `<kbd>` stands around a key."""
    return {
        "keys": in_context("keyboard", "Keys"),
        "keyClass": _("give a class, on the number pad too; further classes have letters"),
        "keySearch": _("search the classes where they are many; <kbd>Enter</kbd> gives the marked one"),
        "keySkip": _("skip: set the text aside"),
        "keyFlag": _("flag the text, for somebody to look at"),
        "keyComment": _("write a comment; <kbd>Esc</kbd> closes the field and keeps it"),
        "keyUndo": _("take the last answer back"),
        "keyPast": _("look at your last 20 answers; another class replaces the one given"),
        "keyScroll": _("scroll a long text"),
        "keyGuidelines": _("guidelines"),
        "keyHelp": _("this list"),
    }


def _state_words() -> dict[str, str]:
    return {
        "saved": in_context("card", "Saved"),
        "saving": _("Saving …"),
        "savingMany": _("Saving {count} …"),
        "offline": _("Offline: {kept}"),
        "keptOne": _("1 answer kept here"),
        "keptMany": _("{count} answers kept here"),
        "keptAll": _("answers are kept here"),
        "offlineSaid": _("Offline. Answers are kept in this browser; go on."),
        "onlineSaid": _("Connected again."),
        "allAnswered": _("All texts held here are answered. The next ones come with the connection."),
        "loading": _("Loading the next texts …"),
    }


def _text_words() -> dict[str, str]:
    return {
        "invisible": _("Invisible characters are marked: {names}."),
        "markTitle": _("{name}, {point}"),
        "visitSkipped": _("You skipped this text ({count} back). Another class replaces that; → leads on."),
        "visitGiven": _("You gave this text the class {name} ({count} back). Another class replaces that; → leads on."),
        "sentBack": _("A reviewer asks you about this text once more."),
        "suggests": _("The model suggests: {name}"),
        "lessonRight": _("Right: the text before is {known}."),
        "lessonWrong": _("The text before is {known}; you gave it the class {given}. ← shows it again."),
        "lessonRightHere": _("Right: this text is {known}."),
        "lessonWrongHere": _("This text is {known}; you gave it the class {given}."),
        "lessonRightBack": _("Right: the text {count} back is {known}."),
        "lessonWrongBack": _("The text {count} back is {known}; you gave it the class {given}."),
        "recent": _("{name}: "),
        "recentSkipped": _("skipped: "),
    }

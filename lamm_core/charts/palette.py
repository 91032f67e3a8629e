"""Colours for charts: one a language, told apart by colour-blind readers, on a light and on a dark page."""

from collections.abc import Iterable
from dataclasses import dataclass

# Okabe and Ito's palette without yellow and black, which vanish on one of the two pages, plus two that fit in.
_LANGUAGE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9", "#7A5195", "#6B7280")
_DASHES = ("solid", "dash", "dot", "dashdot")
_LINE_DASHES = (*_DASHES, "longdash", "longdashdot")


@dataclass(frozen=True)
class Palette:
    """Colours that depend on the page's theme, as #RRGGBB but for `gap`.

    Attributes:
        ink: text and lines that count.
        paper: the page.
        muted: text and lines that come second.
        track: lines that only guide the eye.
        gap: what is missing to a target, for the track to shine through.
        solid_flag: where a language stands.
    """

    ink: str
    paper: str
    muted: str
    track: str
    gap: str
    solid_flag: str


LIGHT = Palette(
    ink="#1B2526", paper="#FFFFFF", muted="#5B6B6C", track="#E3E9E9", gap="rgba(213,94,0,0.22)", solid_flag="#0F6B6B"
)
DARK = Palette(
    ink="#E6ECEC", paper="#12191A", muted="#9DB0AF", track="#2A3636", gap="rgba(240,140,70,0.32)", solid_flag="#4FB8B0"
)


def language_styles(languages: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Colour and dash of each language's line; the same whatever the order, and distinct for 32 languages."""
    return {
        language: (
            _LANGUAGE_COLOURS[place % len(_LANGUAGE_COLOURS)],
            _DASHES[place // len(_LANGUAGE_COLOURS) % len(_DASHES)],
        )
        for place, language in enumerate(sorted(languages))
    }


def line_styles(lines: int) -> list[tuple[str, str]]:
    """Colour and dash of lines that are compared: the first six differ without colour too."""
    return [
        (_LANGUAGE_COLOURS[place % len(_LANGUAGE_COLOURS)], _LINE_DASHES[place % len(_LINE_DASHES)])
        for place in range(lines)
    ]


def see_through(colour: str, opacity: float) -> str:
    """A colour given as #RRGGBB, for areas that others shine through."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def readable(on: str, colours: Palette) -> str:
    """The colour for words on a coloured ground: ink or paper, whichever stands out more (WCAG 2 contrast)."""
    ground = _luminance(on) + 0.05

    def contrast(colour: str) -> float:
        words = _luminance(colour) + 0.05
        return max(words, ground) / min(words, ground)

    return max(colours.ink, colours.paper, key=contrast)


def _luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, 0 to 1 (IEC 61966-2-1)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(colour: str, other: str, part: float) -> str:
    """A colour on the way from one to another, as #RRGGBB.

    Args:
        part: 0 for the first, 1 for the other.
    """
    pairs = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(first + part * (second - first)):02X}" for first, second in pairs)

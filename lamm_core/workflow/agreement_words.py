"""How far annotators agree, in words and numbers, for pages and reports."""

from lamm_core.model.agreement import Figure, Lack, Reading, reading
from lamm_core.words import in_context, marked, plural
from lamm_core.words import translate as _
from lamm_core.workflow.agreement import Agreement

_LACKS = {
    Lack.ONE_ANNOTATOR: marked("Fewer than two people have labelled yet."),
    Lack.NO_OVERLAP: marked("No text has labels of two annotators yet."),
    Lack.ONE_UNIT: marked("Only one text has labels of two annotators: too few to say more."),
    Lack.ONE_CLASS: marked("All labels of these texts are of one class, so nobody can tell agreement from chance."),
}

# What tables of agreement say of themselves.
CLASSES_SAY = marked(
    "The classes that people disagree on most, each against all others: do the guidelines tell them apart?"
)
PAIRS_SAY = marked("The pairs that disagree most, by Cohen's kappa with its 95% interval.")
ANNOTATORS_SAY = marked(
    "Texts labelled, and how often the others gave the same class to those they share, with 95% intervals."
)


def agreement_sentences(found: Agreement) -> list[str]:
    """How far annotators agree, what that is worth, and how sure it is; or why that cannot be told."""
    sentences = [_alpha(found), _share(found.share)]
    return [each for each in (*sentences, _doubt(found.alpha)) if each]


def short_figure(figure: Figure) -> str:
    """An alpha or a kappa with its interval, for a cell of a table."""
    if figure.estimate is None:
        return _short_lack(figure)
    values = {"figure": figure.estimate, "low": figure.low, "high": figure.high}
    return _("{figure:.2f} ({low:.2f} to {high:.2f})", **values)


def short_share(figure: Figure | None) -> str:
    """A share with its interval, for a cell of a table; a dash where nothing was asked."""
    if figure is None:
        return "–"
    if figure.estimate is None:
        return _short_lack(figure)
    values = {"figure": figure.estimate, "low": figure.low, "high": figure.high}
    return _("{figure:.0%} ({low:.0%} to {high:.0%})", **values)


def _short_lack(figure: Figure) -> str:
    if figure.lack is Lack.ONE_CLASS:
        return _("one class only")
    return _("one text only") if figure.lack is Lack.ONE_UNIT else _("no shared text")


def reading_word(found: Reading) -> str:
    """What a figure is worth, in the language that is spoken."""
    if found is Reading.GOOD:
        return in_context("agreement", "good")
    return in_context("agreement", "fair") if found is Reading.FAIR else in_context("agreement", "poor")


def _alpha(found: Agreement) -> str:
    figure = found.alpha
    if figure.estimate is None or figure.low is None or figure.high is None:
        return _(_LACKS[figure.lack or Lack.NO_OVERLAP])
    return plural(
        "Agreement is {reading}: Krippendorff's alpha {alpha:.2f}, 95% interval {low:.2f} to {high:.2f}, over "
        "{count:,} text with labels of two or more people.",
        "Agreement is {reading}: Krippendorff's alpha {alpha:.2f}, 95% interval {low:.2f} to {high:.2f}, over "
        "{count:,} texts with labels of two or more people.",
        figure.units,
        reading=reading_word(reading(figure.estimate)),
        alpha=figure.estimate,
        low=figure.low,
        high=figure.high,
    )


def _share(figure: Figure) -> str:
    if figure.estimate is None:
        return ""
    return _(
        "Two labels of one text are the same in {share:.0%} of cases ({low:.0%} to {high:.0%}).",
        share=figure.estimate,
        low=figure.low,
        high=figure.high,
    )


def _doubt(figure: Figure) -> str:
    if figure.low is None or figure.high is None or reading(figure.low) is reading(figure.high):
        return ""
    return _(
        "That is too few texts to be sure: it may be anything from {low} to {high}.",
        low=reading_word(reading(figure.low)),
        high=reading_word(reading(figure.high)),
    )

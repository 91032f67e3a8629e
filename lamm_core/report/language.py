"""The section of one language: what is confused, how good each class is, the hardest texts, and the people."""

from lamm_core.charts.details import class_chart, confusion_chart
from lamm_core.language_names import language_name, text_direction
from lamm_core.report.figures import chart
from lamm_core.report.markup import Column, safe, table
from lamm_core.report.words import count, interval, metric_of, percent
from lamm_core.workflow.details import HardItem, LanguageDetails
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.gold import GOLD_WORDS
from lamm_core.workflow.headline import plateau
from lamm_core.workflow.reasons import STATE_WORDS, why
from lamm_core.workflow.status import LanguageStatus, ProjectStatus

# So much of a text says what it is about; a long one would push all others off the page.
_LONGEST_TEXT = 400
# A matrix of more classes needs more room than the screen of a phone has.
_MOST_ON_A_PHONE = 6


def language_section(details: LanguageDetails, language: LanguageStatus, status: ProjectStatus) -> str:
    """One language in detail, with its code as anchor."""
    code, name = safe(language.language), safe(language_name(language.language))
    parts = (
        f'<section id="{code}">\n<h2>{name} <span class="faint">({code})</span></h2>',
        _standing(language, status),
        _confusion(details, status),
        _classes(details, status),
        _hardest(details),
        _agreement(details),
        _speeds(details),
        _gold(details, status),
        "</section>",
    )
    return "\n".join(filter(None, parts))


def _standing(language: LanguageStatus, status: ProjectStatus) -> str:
    measured = language.measured
    lines = [f"Target {percent(language.target)}: {STATE_WORDS[language.state]} – {why(language, status)}."]
    if measured.estimate is not None:
        lines.append(
            f"Now: {metric_of(status.project)} {percent(measured.estimate)}, 95% interval {interval(measured)}; "
            f"{measured.correct:,} of {count(measured.checked, 'check item')} right."
        )
    if language.outlook is not None:
        forecast = forecast_words(language.outlook, status.project.settings.currency)
        lines.append(
            f"To the target: {forecast}. With the whole pool labelled it would end at {plateau(language.outlook)}."
        )
    return "\n".join(f"<p>{safe(line)}</p>" for line in lines)


def _confusion(details: LanguageDetails, status: ProjectStatus) -> str:
    made = chart(
        f"confusion-{details.language}",
        status.project.name,
        lambda colours: confusion_chart(details, colours),
        f"Confusion matrix: {_right(details)} check items on the diagonal",
        "half broad" if len(details.classes) > _MOST_ON_A_PHONE else "half",
    )
    if not made:
        return '<h3>What is confused</h3>\n<p class="faint">No check item has been measured yet.</p>'
    seen = f"Check items as round {details.round_number} saw them: true class in rows, predicted class in columns."
    return f'<h3>What is confused</h3>\n<p class="faint">{safe(seen)}</p>\n{made}'


def _right(details: LanguageDetails) -> str:
    if not details.confusion.size:
        return "0 of 0"
    return f"{int(details.confusion.trace()):,} of {int(details.confusion.sum()):,}"


def _classes(details: LanguageDetails, status: ProjectStatus) -> str:
    told = "; ".join(
        f"{each.class_name}: {percent(each.accuracy, 0)}, {each.correct:,} of {each.checked:,}"
        for each in details.class_figures
    )
    made = chart(
        f"classes-{details.language}",
        status.project.name,
        lambda colours: class_chart(details, colours),
        f"Accuracy by class: {told}",
        "half",
    )
    if not made:
        return ""
    macro = details.macro_f1
    words = f"Macro-F1 {percent(macro.estimate)}, 95% interval {interval(macro)}." if macro.estimate is not None else ""
    unmeasured = [each for each in details.class_figures if each.accuracy is None and each.target is not None]
    words += "".join(f" {each.class_name}: target {percent(each.target)}, not measured." for each in unmeasured)
    return f'<h3>Accuracy by class</h3>\n<p class="faint">{safe(words)}</p>\n{made}'


def _hardest(details: LanguageDetails) -> str:
    if not details.hardest:
        return ""
    columns = (Column("text", "text"), Column("labelled"), Column("predicted"), Column("confidence", "number"))
    rows = [_hard_row(each, details.language) for each in details.hardest]
    caption = "Check texts predicted wrong, the most confident first. Some labels may be the mistake."
    return f"<h3>Hardest texts</h3>\n{table(columns, rows, caption)}"


def _hard_row(each: HardItem, language: str) -> tuple[str, ...]:
    shown = each.text if len(each.text) <= _LONGEST_TEXT else f"{each.text[: _LONGEST_TEXT - 1].rstrip()}…"
    text = f'<span lang="{safe(language)}" dir="{text_direction(language)}">{safe(shown)}</span>'
    name = f'<br><span class="faint">{safe(each.external_id)}</span>'
    return f"{text}{name}", safe(each.true), safe(each.predicted), percent(each.confidence, 0)


def _agreement(details: LanguageDetails) -> str:
    found = details.agreement
    if found.share is None:
        words = "No text was labelled by two people."
    else:
        words = (
            f"Of {count(found.items, 'text')} that two or more people labelled, {found.agreed:,} "
            f"({found.share:.0%}, 95% interval {found.low:.0%} to {found.high:.0%}) got the same class from all."
        )
    return f"<h3>Agreement</h3>\n<p>{safe(words)}</p>"


def _speeds(details: LanguageDetails) -> str:
    if not details.speeds:
        return ""
    columns = (Column("annotator"), Column("median seconds a label", "number"), Column("timed labels", "number"))
    rows = [(safe(each.name), f"{each.median_seconds:,.1f}", f"{each.labels:,}") for each in details.speeds]
    return f"<h3>Speed</h3>\n{table(columns, rows, 'Newest 1,000 labels of this language')}"


def _gold(details: LanguageDetails, status: ProjectStatus) -> str:
    if not details.gold:
        return ""
    numbers = ("gold answered", "right", "share right", "95% interval")
    columns = (Column("annotator"), *(Column(each, "number") for each in numbers))
    rows = [
        (
            safe(each.annotator),
            f"{each.answered:,}",
            f"{each.right:,}",
            percent(each.share, 0),
            f"{each.low:.0%} to {each.high:.0%}",
        )
        for each in details.gold
    ]
    return f"<h3>Gold items</h3>\n{table(columns, rows, GOLD_WORDS[status.project.settings.gold_feedback])}"

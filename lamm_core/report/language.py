"""The section of one language: what is confused, how good each class is, the hardest texts, and the people."""

from lamm_core.charts.details import class_chart, confusion_chart
from lamm_core.charts.drift import drift_chart
from lamm_core.language_names import language_name, text_direction
from lamm_core.report.agreement import agreement_part
from lamm_core.report.figures import chart
from lamm_core.report.markup import Column, heading, safe, table
from lamm_core.report.words import interval, metric_of, percent
from lamm_core.words import capital, in_context, number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.details import HardItem, LanguageDetails
from lamm_core.workflow.drift_words import drift_standing, part_words
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.gold import GOLD_WORDS
from lamm_core.workflow.headline import plateau
from lamm_core.workflow.reasons import state_word, why
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
        _drift(details, status),
        agreement_part(details.agreement),
        _speeds(details),
        _gold(details, status),
        "</section>",
    )
    return "\n".join(filter(None, parts))


def _standing(language: LanguageStatus, status: ProjectStatus) -> str:
    measured = language.measured
    lines = [
        _(
            "Target {target:.1%}: {state} – {reason}.",
            target=language.target,
            state=state_word(language.state),
            reason=why(language, status),
        )
    ]
    if measured.estimate is not None:
        lines.append(
            plural(
                "Now: {figure} {value:.1%}, 95% interval {interval}; {correct:,} of {count:,} check item right.",
                "Now: {figure} {value:.1%}, 95% interval {interval}; {correct:,} of {count:,} check items right.",
                measured.checked,
                figure=metric_of(status.project),
                value=measured.estimate,
                interval=interval(measured),
                correct=measured.correct,
            )
        )
    if language.outlook is not None:
        forecast = forecast_words(language.outlook, status.project.settings.currency)
        lines.append(
            _(
                "To the target: {forecast}. With the whole pool labelled it would end at {plateau}.",
                forecast=forecast,
                plateau=plateau(language.outlook),
            )
        )
    return "\n".join(f"<p>{safe(line)}</p>" for line in lines)


def _confusion(details: LanguageDetails, status: ProjectStatus) -> str:
    made = chart(
        f"confusion-{details.language}",
        status.project.name,
        lambda colours: confusion_chart(details, colours),
        _("Confusion matrix: {right} check items on the diagonal", right=_right(details)),
        "half broad" if len(details.classes) > _MOST_ON_A_PHONE else "half",
    )
    if not made:
        seen = _("No check item has been measured yet.")
    else:
        seen = _(
            "Check items as round {round} saw them: true class in rows, predicted class in columns.",
            round=details.round_number,
        )
    head = heading(_("What is confused")) + f'\n<p class="faint">{safe(seen)}</p>'
    return f"{head}\n{made}" if made else head


def _right(details: LanguageDetails) -> str:
    if not details.confusion.size:
        return _("{part:,} of {all:,}", part=0, all=0)
    return _("{part:,} of {all:,}", part=int(details.confusion.trace()), all=int(details.confusion.sum()))


def _classes(details: LanguageDetails, status: ProjectStatus) -> str:
    told = _("; ").join(
        _(
            "{name}: {accuracy}, {part:,} of {all:,}",
            name=each.class_name,
            accuracy=percent(each.accuracy, 0),
            part=each.correct,
            all=each.checked,
        )
        for each in details.class_figures
    )
    made = chart(
        f"classes-{details.language}",
        status.project.name,
        lambda colours: class_chart(details, colours),
        _("Accuracy by class: {told}", told=told),
        "half",
    )
    if not made:
        return ""
    macro, words = details.macro_f1, ""
    if macro.estimate is not None:
        words = _("Macro-F1 {value:.1%}, 95% interval {interval}.", value=macro.estimate, interval=interval(macro))
    for each in details.class_figures:
        if each.accuracy is None and each.target is not None:
            lacks = _("{name}: target {target:.1%}, not measured.", name=each.class_name, target=each.target)
            words += f" {lacks}"
    return heading(_("Accuracy by class")) + f'\n<p class="faint">{safe(words)}</p>\n{made}'


def _hardest(details: LanguageDetails) -> str:
    if not details.hardest:
        return ""
    columns = (
        Column(in_context("column", "text"), "text"),
        Column(in_context("column", "labelled")),
        Column(in_context("column", "predicted")),
        Column(in_context("column", "confidence"), "number"),
    )
    rows = [_hard_row(each, details.language) for each in details.hardest]
    caption = _("Check texts predicted wrong, the most confident first. Some labels may be the mistake.")
    return heading(_("Hardest texts")) + "\n" + table(columns, rows, caption)


def _hard_row(each: HardItem, language: str) -> tuple[str, ...]:
    text = _shown_text(each.text, each.external_id, language)
    return text, safe(each.true), safe(each.predicted), percent(each.confidence, 0)


def _shown_text(text: str, external_id: str, language: str) -> str:
    """The beginning of a text, written in its direction, over its id."""
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1].rstrip()}…"
    told = f'<span lang="{safe(language)}" dir="{text_direction(language)}">{safe(shown)}</span>'
    return f'{told}<br><span class="faint">{safe(external_id)}</span>'


def _drift(details: LanguageDetails, status: ProjectStatus) -> str:
    drift = details.drift
    if not drift.newest:
        return ""
    lines = [
        _("{texts}: {standing}", texts=capital(part_words(each)), standing=drift_standing(each))
        for each in drift.newest
    ]
    parts = [heading(_("Drift")), *(f"<p>{safe(line)}</p>" for line in lines)]
    parts.append(
        chart(
            f"drift-{details.language}",
            status.project.name,
            lambda colours: drift_chart(drift, colours),
            _("Share of texts unlike the check set, by round"),
            "half",
        )
    )
    if drift.unlike:
        columns = (Column(in_context("column", "text"), "text"),)
        rows = [(_shown_text(each.text, each.external_id, details.language),) for each in drift.unlike]
        parts.append(table(columns, rows, _("The texts that are least like the check set")))
    return "\n".join(filter(None, parts))


def _speeds(details: LanguageDetails) -> str:
    if not details.speeds:
        return ""
    columns = (
        Column(in_context("column", "annotator")),
        Column(_("median seconds a label"), "number"),
        Column(in_context("column", "timed labels"), "number"),
    )
    rows = [(safe(each.name), number(each.median_seconds, ",.1f"), number(each.labels, ",")) for each in details.speeds]
    return heading(_("Speed")) + "\n" + table(columns, rows, _("Newest 1,000 labels of this language"))


def _gold(details: LanguageDetails, status: ProjectStatus) -> str:
    if not details.gold:
        return ""
    columns = (
        Column(in_context("column", "annotator")),
        Column(in_context("column", "gold answered"), "number"),
        Column(in_context("column", "right"), "number"),
        Column(in_context("column", "share right"), "number"),
        Column(in_context("column", "95% interval"), "number"),
    )
    rows = [
        (
            safe(each.annotator),
            number(each.answered, ","),
            number(each.right, ","),
            percent(each.share, 0),
            _("{low:.0%} to {high:.0%}", low=each.low, high=each.high),
        )
        for each in details.gold
    ]
    caption = _(GOLD_WORDS[status.project.settings.gold_feedback])
    return heading(_("Gold items")) + "\n" + table(columns, rows, caption)

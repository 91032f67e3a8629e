"""The first page of the report: the project in a sentence, in facts, as flags, as a table, and what would help."""

from collections.abc import Iterator
from datetime import datetime

from lamm_core.charts.flags import flags_chart
from lamm_core.language_names import language_name
from lamm_core.report.figures import chart
from lamm_core.report.markup import Column, facts, safe, table
from lamm_core.report.words import interval, metric_of, next_batch, percent
from lamm_core.words import in_context, marked, month_name, number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.advice import advice
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.headline import headline
from lamm_core.workflow.reasons import state_word
from lamm_core.workflow.status import LanguageStatus, ProjectStatus

_FLAGS_SAY = marked(
    "Solid flag: the figure on the check set now, with its 95% interval as a band; ticked where the target is met, "
    "hollow where that is not proven, crossed out where it is out of reach. Chequered flag: the target."
)
_FORECAST_SAYS = marked(
    "Forecast: labels in all languages together until the target, with the range that holds in 8 of 10 cases; "
    "hours of one person at the speed so far. A target counts as met once the interval over all rounds lies above it."
)


def overview(status: ProjectStatus, serving: int | None, made: datetime, sections: tuple[str, ...]) -> str:
    """All that comes before the languages one by one.

    Args:
        status: where the project stands.
        serving: number of the round whose model serves; None without a model.
        made: when the report is made.
        sections: languages that have a section of their own.
    """
    project, day, heading = status.project, _("Report of {day}", day=_day(made)), safe(_("The project"))
    return "\n".join(
        filter(
            None,
            (
                f"<header>\n<h1>{safe(project.name)}</h1>",
                f'<p class="faint">{safe(day)}</p>',
                f'<p class="headline">{safe(headline(status))}</p>\n</header>',
                _flags(status),
                _table(status, sections),
                _advice(status),
                f'<section class="joined">\n<h2>{heading}</h2>',
                facts(_facts(status, serving)),
                "</section>",
            ),
        )
    )


def _flags(status: ProjectStatus) -> str:
    if not status.pool:
        return ""
    told = _("; ").join(
        _(
            "{language}: {figure}, target {target:.1%}, {state}",
            language=language_name(each.language),
            figure=percent(each.measured.estimate),
            target=each.target,
            state=state_word(each.state),
        )
        for each in status.languages
    )
    flags = chart("flags", status.project.name, lambda colours: flags_chart(status, colours), told, "broad")
    return f'{flags}\n<p class="faint">{safe(_(_FLAGS_SAY))}</p>'


def _table(status: ProjectStatus, sections: tuple[str, ...]) -> str:
    columns = (
        Column(in_context("column", "language")),
        Column(in_context("column", "status")),
        Column(metric_of(status.project), "number"),
        Column(in_context("column", "95% interval"), "number"),
        Column(in_context("column", "target"), "number"),
        Column(in_context("column", "forecast")),
        Column(in_context("column", "labels"), "number"),
        Column(in_context("column", "this week"), "number"),
        Column(in_context("column", "next batch"), "number"),
    )
    rows = [_row(each, status, linked=each.language in sections) for each in status.languages]
    languages = table(columns, rows, _("Languages, the one most in need first"))
    return f'{languages}\n<p class="faint">{safe(_(_FORECAST_SAYS))}</p>'


def _row(each: LanguageStatus, status: ProjectStatus, *, linked: bool) -> tuple[str, ...]:
    name, code = safe(language_name(each.language)), safe(each.language)
    words = (
        state_word(each.state),
        percent(each.measured.estimate),
        interval(each.measured),
        percent(each.target),
        forecast_words(each.outlook, status.project.settings.currency),
        number(each.labels, ","),
        number(each.labels_this_week, ","),
        next_batch(each, status),
    )
    return (f'<a href="#{code}">{name}</a>' if linked else name, *map(safe, words))


def _advice(status: ProjectStatus) -> str:
    found = advice(status)
    if not found:
        return ""
    items = "\n".join(
        f'<li class="urgent">{safe(each.text)}</li>' if each.urgent else f"<li>{safe(each.text)}</li>" for each in found
    )
    heading = safe(_("What to know"))
    return f'<section class="joined">\n<h2>{heading}</h2>\n<ul>\n{items}\n</ul>\n</section>'


def _facts(status: ProjectStatus, serving: int | None) -> Iterator[tuple[str, str]]:
    settings = status.project.settings
    yield _("Created"), _day(status.project.created_at)
    yield _("Languages"), _(", ").join(f"{language_name(each)} ({each})" for each in status.project.languages)
    yield _("Classes"), ", ".join(settings.classes)
    yield _("Targets speak of"), metric_of(status.project)
    texts = plural(
        "{count:,} text in the pool, {labelled:,} of them labelled",
        "{count:,} texts in the pool, {labelled:,} of them labelled",
        status.pool,
        labelled=status.labels,
    )
    yield _("Texts"), texts
    yield _("Check labels"), number(sum(each.check.labelled for each in status.languages), ",")
    yield _("Model"), _model(status, serving)
    strategy = plural(
        "{strategy}, {count:,} label a batch",
        "{strategy}, {count:,} labels a batch",
        settings.budget,
        strategy=settings.strategy,
    )
    yield _("Strategy"), strategy
    yield _("Encoder"), settings.encoder
    yield _("Preparation"), settings.preparation
    price = f"{number(settings.price_per_label, ',.2f')} {settings.currency}" if settings.price_per_label else ""
    yield _("Price of a label"), price


def _model(status: ProjectStatus, serving: int | None) -> str:
    if status.model is None or serving is None:
        return in_context("model", "none yet")
    return plural(
        "of round {round}, learnt from {count:,} label, {day}",
        "of round {round}, learnt from {count:,} labels, {day}",
        status.model.labels,
        round=serving,
        day=_day(status.model.created_at),
    )


def _day(moment: datetime) -> str:
    year, time = f"{moment:%Y}", f"{moment:%H:%M}"
    return _("{day} {month} {year}, {time} UTC", day=moment.day, month=month_name(moment), year=year, time=time)

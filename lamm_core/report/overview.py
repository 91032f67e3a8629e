"""The first page of the report: the project in a sentence, in facts, as flags, as a table, and what would help."""

from collections.abc import Iterator
from datetime import datetime

from lamm_core.charts.flags import flags_chart
from lamm_core.language_names import language_name
from lamm_core.report.figures import chart
from lamm_core.report.markup import Column, facts, safe, table
from lamm_core.report.words import count, interval, metric_of, next_batch, percent
from lamm_core.workflow.advice import advice
from lamm_core.workflow.forecast_words import forecast_words
from lamm_core.workflow.headline import headline
from lamm_core.workflow.reasons import STATE_WORDS
from lamm_core.workflow.status import LanguageStatus, ProjectStatus

_FLAGS_SAY = (
    "Solid flag: the figure on the check set now, with its 95% interval as a band; ticked where the target is met, "
    "hollow where that is not proven, crossed out where it is out of reach. Chequered flag: the target."
)
_FORECAST_SAYS = (
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
    project = status.project
    return "\n".join(
        filter(
            None,
            (
                f"<header>\n<h1>{safe(project.name)}</h1>",
                f'<p class="faint">Report of {safe(_day(made))}</p>',
                f'<p class="headline">{safe(headline(status))}</p>\n</header>',
                _flags(status),
                _table(status, sections),
                _advice(status),
                '<section class="joined">\n<h2>The project</h2>',
                facts(_facts(status, serving)),
                "</section>",
            ),
        )
    )


def _flags(status: ProjectStatus) -> str:
    if not status.pool:
        return ""
    told = "; ".join(
        f"{language_name(each.language)}: {percent(each.measured.estimate)}, target {percent(each.target)}, "
        f"{STATE_WORDS[each.state]}"
        for each in status.languages
    )
    flags = chart("flags", status.project.name, lambda colours: flags_chart(status, colours), told, "broad")
    return f'{flags}\n<p class="faint">{safe(_FLAGS_SAY)}</p>'


def _table(status: ProjectStatus, sections: tuple[str, ...]) -> str:
    columns = (
        Column("language"),
        Column("status"),
        Column(metric_of(status.project), "number"),
        Column("95% interval", "number"),
        Column("target", "number"),
        Column("forecast"),
        Column("labels", "number"),
        Column("this week", "number"),
        Column("next batch", "number"),
    )
    rows = [_row(each, status, linked=each.language in sections) for each in status.languages]
    return f'{table(columns, rows, "Languages, the one most in need first")}\n<p class="faint">{_FORECAST_SAYS}</p>'


def _row(each: LanguageStatus, status: ProjectStatus, *, linked: bool) -> tuple[str, ...]:
    name, code = safe(language_name(each.language)), safe(each.language)
    words = (
        STATE_WORDS[each.state],
        percent(each.measured.estimate),
        interval(each.measured),
        percent(each.target),
        forecast_words(each.outlook, status.project.settings.currency),
        f"{each.labels:,}",
        f"{each.labels_this_week:,}",
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
    return f'<section class="joined">\n<h2>What to know</h2>\n<ul>\n{items}\n</ul>\n</section>'


def _facts(status: ProjectStatus, serving: int | None) -> Iterator[tuple[str, str]]:
    settings = status.project.settings
    yield "Created", _day(status.project.created_at)
    yield "Languages", ", ".join(f"{language_name(each)} ({each})" for each in status.project.languages)
    yield "Classes", ", ".join(settings.classes)
    yield "Targets speak of", metric_of(status.project)
    yield "Texts", f"{count(status.pool, 'text')} in the pool, {status.labels:,} of them labelled"
    yield "Check labels", f"{sum(each.check.labelled for each in status.languages):,}"
    yield "Model", _model(status, serving)
    yield "Strategy", f"{settings.strategy}, {count(settings.budget, 'label')} a batch"
    yield "Encoder", settings.encoder
    yield "Preparation", settings.preparation
    price = f"{settings.price_per_label:,.2f} {settings.currency}" if settings.price_per_label else ""
    yield "Price of a label", price


def _model(status: ProjectStatus, serving: int | None) -> str:
    if status.model is None or serving is None:
        return "none yet"
    learnt = count(status.model.labels, "label")
    return f"of round {serving}, learnt from {learnt}, {_day(status.model.created_at)}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"

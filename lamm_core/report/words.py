"""Numbers of the report in words."""

from lamm_core.charts.words import FIGURE_WORDS
from lamm_core.model.measuring import Measurement
from lamm_core.records import Project
from lamm_core.workflow.status import LanguageStatus, ProjectStatus


def metric_of(project: Project) -> str:
    """The figure that the project's targets speak of."""
    return FIGURE_WORDS[project.settings.metric]


def percent(share: float | None, digits: int = 1) -> str:
    """A share, 0 to 1, in per cent."""
    return "not measured" if share is None else f"{share:.{digits}%}"


def interval(figure: Measurement) -> str:
    """Its 95 % interval in whole per cent; a dash without a figure."""
    return "–" if figure.estimate is None else f"{figure.low:.0%} to {figure.high:.0%}"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def next_batch(language: LanguageStatus, status: ProjectStatus) -> str:
    """Texts of the language in the next batch, as far as that can be told."""
    if language.next_quota is not None:
        return f"{language.next_quota:,}"
    # A strategy that chooses text by text has no quotas to tell beforehand.
    return f"about {language.usual_quota:,.0f}" if status.chosen_by_text and status.model else "not known"

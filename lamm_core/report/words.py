"""Numbers of the report in words."""

from lamm_core.charts.words import figure_word
from lamm_core.model.measuring import Measurement
from lamm_core.records import Project
from lamm_core.words import number
from lamm_core.words import translate as _
from lamm_core.workflow.status import LanguageStatus, ProjectStatus


def metric_of(project: Project) -> str:
    """The figure that the project's targets speak of."""
    return figure_word(project.settings.metric)


def percent(share: float | None, digits: int = 1) -> str:
    """A share, 0 to 1, in per cent."""
    return _("not measured") if share is None else number(share, f".{digits}%")


def interval(figure: Measurement) -> str:
    """Its 95 % interval in whole per cent; a dash without a figure."""
    return "–" if figure.estimate is None else _("{low:.0%} to {high:.0%}", low=figure.low, high=figure.high)


def next_batch(language: LanguageStatus, status: ProjectStatus) -> str:
    """Texts of the language in the next batch, as far as that can be told."""
    if language.next_quota is not None:
        return number(language.next_quota, ",")
    # A strategy that chooses text by text has no quotas to tell beforehand.
    if status.chosen_by_text and status.model:
        return _("about {texts:,.0f}", texts=language.usual_quota)
    return _("not known")

"""Whether a project has labels enough to compare strategies on them, said in words with the numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from lamm_core.errors import TooFewLabels
from lamm_core.language_names import language_name
from lamm_core.words import plural, retold
from lamm_core.words import translate as _

LEAST_LABELS = 150
LEAST_CHECK_ITEMS = 10
LEAST_LANGUAGES = 2


@dataclass(frozen=True)
class Comparable:
    """What of a project can be compared.

    Attributes:
        languages: languages that are compared, in the order of the project.
        left_out: language to why it is not compared, a part of a sentence.
        labels: labelled texts of the pool in the languages that are compared.
    """

    languages: tuple[str, ...]
    left_out: dict[str, str]
    labels: int

    @property
    def reason_against(self) -> str | None:
        """Why there is too little to compare, one sentence with the numbers; None where there is enough."""
        if len(self.languages) < LEAST_LANGUAGES:
            return _(
                "Compare needs at least {languages} languages with labelled texts and with {items} or more check "
                "items; this project has {has}.",
                languages=LEAST_LANGUAGES,
                items=LEAST_CHECK_ITEMS,
                has=len(self.languages),
            )
        if self.labels >= LEAST_LABELS:
            return None
        if self.left_out:
            return _(
                "Compare needs at least {labels} labelled texts; this project has {has} in the languages that can be "
                "compared.",
                labels=LEAST_LABELS,
                has=self.labels,
            )
        return _(
            "Compare needs at least {labels} labelled texts; this project has {has}.",
            labels=LEAST_LABELS,
            has=self.labels,
        )

    def require_enough(self) -> None:
        """Raise TooFewLabels unless there is enough to compare."""
        if self.reason_against is not None:
            raise TooFewLabels(self.reason_against)


def comparable(labels: Mapping[str, int], check_items: Mapping[str, int]) -> Comparable:
    """What can be compared.

    Args:
        labels: language to its labelled texts of the pool, in the order of the project.
        check_items: language to its items of the check set.
    """
    reasons = {language: _reason(count, check_items.get(language, 0)) for language, count in labels.items()}
    kept = tuple(language for language, reason in reasons.items() if reason is None)
    return Comparable(
        languages=kept,
        left_out={language: reason for language, reason in reasons.items() if reason is not None},
        labels=sum(labels[language] for language in kept),
    )


def left_out_sentence(left_out: Mapping[str, str]) -> str:
    """The languages that are not compared, and why; empty where all are."""
    if not left_out:
        return ""
    # A comparison that has finished keeps the reasons in English.
    languages = [f"{language_name(each)} ({retold(reason)})" for each, reason in left_out.items()]
    return _("Left out: {languages}.", languages=_(", ").join(languages))


def _reason(labels: int, check_items: int) -> str | None:
    if check_items < LEAST_CHECK_ITEMS:
        return plural(
            "{count} check item, fewer than {least}",
            "{count} check items, fewer than {least}",
            check_items,
            least=LEAST_CHECK_ITEMS,
        )
    return None if labels else _("no labelled texts")

"""What a manager should know before trusting the figures, and what would help: one sentence each."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lamm_core.language_names import language_name
from lamm_core.records import LanguageState
from lamm_core.workflow.headline import plateau
from lamm_core.workflow.projects import languages_beyond_encoder
from lamm_core.workflow.status import LanguageStatus, ProjectStatus


class Topic(StrEnum):
    """What a piece of advice is about."""

    ENCODER = "encoder"
    OUT_OF_REACH = "out of reach"
    USED_UP = "used up"
    PROOF = "proof"
    CHECK_SET = "check set"


@dataclass(frozen=True)
class Advice:
    """One thing to know.

    Attributes:
        topic: what it is about.
        text: one or two sentences, plain text.
        urgent: whether the target cannot be met, or not be told, unless somebody acts.
    """

    topic: Topic
    text: str
    urgent: bool


def advice(status: ProjectStatus) -> tuple[Advice, ...]:
    """All there is to say about a project, the urgent first."""
    found = [*_beyond_encoder(status), *_out_of_reach(status), *_used_up(status), *_proof(status), *_check_sets(status)]
    return tuple(sorted(found, key=lambda each: not each.urgent))


def _beyond_encoder(status: ProjectStatus) -> Iterator[Advice]:
    beyond = languages_beyond_encoder(status.project.settings)
    if beyond:
        names = ", ".join(map(language_name, beyond))
        text = (
            f"The encoder was not trained on {names}. Accuracy there may stay low whatever is labelled; "
            "another encoder may serve better."
        )
        yield Advice(Topic.ENCODER, text, urgent=True)


def _out_of_reach(status: ProjectStatus) -> Iterator[Advice]:
    for each in status.languages:
        if each.state is LanguageState.OUT_OF_REACH and each.outlook is not None:
            text = (
                f"{language_name(each.language)} is not reachable with this encoder: plateau {plateau(each.outlook)}, "
                f"target {each.target:.0%}, chance {each.outlook.forecast.chance:.0%}. Try another encoder or "
                "translation, or lower the target."
            )
            yield Advice(Topic.OUT_OF_REACH, text, urgent=True)


def _used_up(status: ProjectStatus) -> Iterator[Advice]:
    missed = [each for each in status.languages if each.measured.checked and each.gap > 0]
    used_up = [each for each in missed if 0 < each.pool == each.labels + each.skipped]
    if used_up:
        text = (
            f"{_names(used_up)}: every text is labelled or skipped and the target is not met. "
            "Bring in more texts on the page Project."
        )
        yield Advice(Topic.USED_UP, text, urgent=True)


def _proof(status: ProjectStatus) -> Iterator[Advice]:
    """What would settle whether targets are met, language by language and class by class."""
    unproven = [each for each in status.languages if each.state is LanguageState.UNPROVEN]
    parts = [part for each in unproven for part in _settling(each)]
    if not parts:
        return
    text = f"Check labels that would settle whether the target is met, if the figure stays: {'; '.join(parts)}."
    if any(each.check.imported for each in unproven):
        text += " An imported check set does not grow by itself: bring in more check texts on the page Project."
    yield Advice(Topic.PROOF, text, urgent=False)


def _settling(language: LanguageStatus) -> Iterator[str]:
    name = language_name(language.language)
    if language.settle is None and language.measured.checked:
        yield f"{name} is too close to its target for any check set to tell"
    elif language.settle:
        yield f"{name} {language.settle:,}"
    for each in language.classes:
        if each.state is LanguageState.UNPROVEN and each.settle:
            yield f"{name}, class {each.class_name} {each.settle:,}"


def _check_sets(status: ProjectStatus) -> Iterator[Advice]:
    growing = [each for each in status.languages if not each.check.imported]
    needed = [each for each in growing if each.check.needed]
    if not needed:
        return
    width = status.project.settings.check_width
    asked = sum(each.check.open for each in growing)
    per_language = "; ".join(f"{language_name(each.language)} {each.check.needed:,}" for each in needed)
    text = f"Check labels still needed for intervals of ±{100 * width:g} points: {per_language}."
    text += f" {asked:,} of them {'is' if asked == 1 else 'are'} in the queue now." if asked else ""
    dry = [each for each in needed if each.check.open + each.check.reserve < each.check.needed]
    if dry:
        text += f" Too few texts are set apart for that in {_names(dry)}."
    kept_out = sum(each.check.near_duplicates for each in status.languages)
    if kept_out:
        text += f" Kept out of training, as near copies of check texts: {kept_out:,}."
    yield Advice(Topic.CHECK_SET, text, urgent=False)


def _names(languages: list[LanguageStatus]) -> str:
    return ", ".join(language_name(each.language) for each in languages)

"""What a manager should know before trusting the figures, and what would help: one sentence each."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lamm_core.language_names import language_name
from lamm_core.records import LanguageState
from lamm_core.words import number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.drift_words import drift_advice
from lamm_core.workflow.growth_words import beyond_model, labelled_before, where_to_look
from lamm_core.workflow.headline import plateau
from lamm_core.workflow.projects import languages_beyond_encoder
from lamm_core.workflow.status import LanguageStatus, ProjectStatus


class Topic(StrEnum):
    """What a piece of advice is about."""

    ENCODER = "encoder"
    OUT_OF_REACH = "out of reach"
    USED_UP = "used up"
    PROOF = "proof"
    DRIFT = "drift"
    CHECK_SET = "check set"
    GROWTH = "growth"


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
    found = [
        *_beyond_model(status),
        *_labelled_before(status),
        *_beyond_encoder(status),
        *_out_of_reach(status),
        *_used_up(status),
        *_drift(status),
        *_proof(status),
        *_check_sets(status),
    ]
    return tuple(sorted(found, key=lambda each: not each.urgent))


def _beyond_model(status: ProjectStatus) -> Iterator[Advice]:
    if says := beyond_model(status.growth):
        # A class that came later and that nothing was labelled with does not find its texts by itself.
        urgent = not set(status.growth.unlabelled).isdisjoint(status.growth.newest)
        yield Advice(Topic.GROWTH, " ".join(says), urgent=urgent)


def _labelled_before(status: ProjectStatus) -> Iterator[Advice]:
    if says := labelled_before(status.growth):
        yield Advice(Topic.GROWTH, " ".join([*says, where_to_look()]), urgent=False)


def _beyond_encoder(status: ProjectStatus) -> Iterator[Advice]:
    beyond = languages_beyond_encoder(status.project.settings)
    if beyond:
        text = _(
            "The encoder was not trained on {languages}. Accuracy there may stay low whatever is labelled; another "
            "encoder may serve better.",
            languages=_(", ").join(map(language_name, beyond)),
        )
        yield Advice(Topic.ENCODER, text, urgent=True)


def _out_of_reach(status: ProjectStatus) -> Iterator[Advice]:
    for each in status.languages:
        if each.state is LanguageState.OUT_OF_REACH and each.outlook is not None:
            text = _(
                "{language} is not reachable with this encoder: plateau {plateau}, target {target:.0%}, chance "
                "{chance:.0%}. Try another encoder or translation, or lower the target.",
                language=language_name(each.language),
                plateau=plateau(each.outlook),
                target=each.target,
                chance=each.outlook.forecast.chance,
            )
            yield Advice(Topic.OUT_OF_REACH, text, urgent=True)


def _used_up(status: ProjectStatus) -> Iterator[Advice]:
    missed = [each for each in status.languages if each.measured.checked and each.gap > 0]
    used_up = [each for each in missed if 0 < each.pool == each.labels + each.skipped]
    if used_up:
        text = _(
            "{languages}: every text is labelled or skipped and the target is not met. Bring in more texts on the page "
            "Project.",
            languages=_names(used_up),
        )
        yield Advice(Topic.USED_UP, text, urgent=True)


def _drift(status: ProjectStatus) -> Iterator[Advice]:
    for each in status.languages:
        text = drift_advice(each, status.project.settings)
        if text:
            yield Advice(Topic.DRIFT, text, urgent=True)


def _proof(status: ProjectStatus) -> Iterator[Advice]:
    """What would settle whether targets are met, language by language and class by class."""
    unproven = [each for each in status.languages if each.state is LanguageState.UNPROVEN]
    parts = [part for each in unproven for part in _settling(each)]
    if not parts:
        return
    says = [
        _(
            "Check labels that would settle whether the target is met, if the figure stays: {labels}.",
            labels=_("; ").join(parts),
        )
    ]
    if any(each.check.imported for each in unproven):
        says.append(_("An imported check set does not grow by itself: bring in more check texts on the page Project."))
    yield Advice(Topic.PROOF, " ".join(says), urgent=False)


def _settling(language: LanguageStatus) -> Iterator[str]:
    name = language_name(language.language)
    if language.settle is None and language.measured.checked:
        yield _("{language} is too close to its target for any check set to tell", language=name)
    elif language.settle:
        yield f"{name} {number(language.settle, ',')}"
    for each in language.classes:
        if each.state is LanguageState.UNPROVEN and each.settle:
            yield _(
                "{language}, class {class_name} {labels:,}",
                language=name,
                class_name=each.class_name,
                labels=each.settle,
            )


def _check_sets(status: ProjectStatus) -> Iterator[Advice]:
    growing = [each for each in status.languages if not each.check.imported]
    needed = [each for each in growing if each.check.needed]
    if not needed:
        return
    says = [
        _(
            "Check labels still needed for intervals of ±{points:g} points: {labels}.",
            points=100 * status.project.settings.check_width,
            labels=_("; ").join(f"{language_name(each.language)} {number(each.check.needed, ',')}" for each in needed),
        )
    ]
    asked = sum(each.check.open for each in growing)
    if asked:
        says.append(plural("{count:,} of them is in the queue now.", "{count:,} of them are in the queue now.", asked))
    dry = [each for each in needed if each.check.open + each.check.reserve < each.check.needed]
    if dry:
        says.append(_("Too few texts are set apart for that in {languages}.", languages=_names(dry)))
    kept_out = sum(each.check.near_duplicates for each in status.languages)
    if kept_out:
        says.append(_("Kept out of training, as near copies of check texts: {texts:,}.", texts=kept_out))
    yield Advice(Topic.CHECK_SET, " ".join(says), urgent=False)


def _names(languages: list[LanguageStatus]) -> str:
    return _(", ").join(language_name(each.language) for each in languages)

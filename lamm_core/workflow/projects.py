"""Create projects, change their settings, find them again."""

import re
import unicodedata
from dataclasses import fields, replace

from sqlalchemy.exc import IntegrityError

from lamm_core.actors import Role
from lamm_core.errors import (
    InvalidProject,
    NotAllowed,
    ProjectExists,
    RoundRunning,
    UnknownAnnotator,
    UnknownClass,
    UnknownProject,
)
from lamm_core.hub import check_model_name
from lamm_core.language_tags import is_language_tag
from lamm_core.model.encoders import BUILTIN_ENCODERS, supported_languages
from lamm_core.model.preparation.names import PREPARATION_SUMMARIES, parse_preparation
from lamm_core.records import Consensus, Metric, Project, ProjectSettings, RoundState
from lamm_core.selection.strategies import STRATEGIES, find_strategy
from lamm_core.selection.uncertainty import find_uncertainty
from lamm_core.storage import annotators, near_duplicates, projects, rounds
from lamm_core.trail import AuditAction
from lamm_core.translation.translators import TRANSLATORS, load_translator
from lamm_core.words import marked
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs, needs_admin, needs_sign_in
from lamm_core.workflow.workspace import Workspace, utc_now

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MAX_NAME = 200
_MAX_LANGUAGE = 35
_MAX_STRATEGY = 100
_MAX_ENCODER = 500
_MAX_PREPARATION = 100
_MAX_TRANSLATOR = 500
MAX_BUDGET = 100_000
MAX_LEASE_MINUTES = 7 * 24 * 60
_MAX_SEED = 2**31 - 1
_MAX_PRICE = 1_000_000
_MAX_CURRENCY = 10
MAX_OVERLAP_COUNT = 10
_PROJECT_NAME = marked("A project's name has 1 to {most} characters; this one has {length}.")
_PROJECT_NUL = marked("A project's name cannot hold a NUL character.")
_ANNOTATOR_NAME = marked("An annotator's name has 1 to {most} characters; this one has {length}.")
_ANNOTATOR_NUL = marked("An annotator's name cannot hold a NUL character.")
MAX_GOLD_COUNT = 1_000
_OF_MANAGERS = ("targets", "class_targets", "guidelines")


@needs_admin
def create_project(workspace: Workspace, name: str, settings: ProjectSettings) -> Project:
    """Store a new project.

    Raises:
        ProjectExists: the name is taken.
        InvalidProject: the settings cannot work; the message says which.
        UnknownStrategy: the strategy or the uncertainty is not registered.
        UnknownPreparation: a part of the preparation is not registered.
        UnknownTranslator: the translator is of no kind that there is.
    """
    clean_name = _clean_name(name, _PROJECT_NAME, _PROJECT_NUL)
    check_settings(settings)
    try:
        with workspace.database.write() as connection:
            if projects.find_project(connection, clean_name):
                raise ProjectExists(_("There is a project named {name!r} already.", name=clean_name))
            project_id = projects.add_project(connection, clean_name, settings, utc_now())
            note(connection, workspace, AuditAction.PROJECT_CREATED, project_id)
    except IntegrityError as error:
        raise ProjectExists(_("There is a project named {name!r} already.", name=clean_name)) from error
    return get_project(workspace, clean_name)


@needs(Role.MANAGER)
def change_settings(workspace: Workspace, project: Project, settings: ProjectSettings) -> Project:
    """Store changed settings; they hold from the next round on. Managers may set targets and guidelines, admins all.

    Raises:
        NotAllowed: a manager wants to change more than targets and guidelines.
        InvalidProject: the settings cannot work, or take away a class or a language that items may refer to.
        UnknownStrategy: the strategy or the uncertainty is not registered.
        UnknownPreparation: a part of the preparation is not registered.
        UnknownTranslator: the translator is of no kind that there is.
    """
    check_settings(settings)
    beyond = replace(project.settings, **{each: getattr(settings, each) for each in _OF_MANAGERS}) != settings
    if beyond and not workspace.actor.has(Role.ADMIN, project.id):
        raise NotAllowed(_("Managers set targets and guidelines; other settings are for the admins of the project."))
    lost_classes = set(project.settings.classes) - set(settings.classes)
    lost_languages = set(project.settings.targets) - set(settings.targets)
    if lost_classes or lost_languages:
        lost = ", ".join(sorted(lost_classes | lost_languages))
        raise InvalidProject(_("Classes and languages can be added but not taken away; missing: {lost}.", lost=lost))
    with workspace.database.write() as connection:
        projects.update_project(connection, project, settings, utc_now())
        if settings.near_duplicates != project.settings.near_duplicates:
            follow = near_duplicates.set_aside if settings.near_duplicates else near_duplicates.give_back
            follow(connection, project.id)
        changed = [each.name for each in fields(settings) if _differs(project.settings, settings, each.name)]
        if changed:
            note(connection, workspace, AuditAction.SETTINGS_CHANGED, project.id, changed=changed)
    return get_project(workspace, project.name)


@needs(Role.ADMIN)
def remove_class(workspace: Workspace, project: Project, class_name: str) -> Project:
    """Take away a class that nothing was labelled with; its targets go with it.

    A class keeps its name: models, exports and the files of others know it by that.

    Raises:
        UnknownClass: the project has no such class.
        RoundRunning: a round is running, which may give texts that class.
        InvalidProject: a label, a decision or the measurement of a round refers to it, or fewer than two would be left.
    """
    others = tuple(each for each in project.settings.classes if each != class_name)
    try:
        with workspace.database.write() as connection:
            projects.lock_project(connection, project.id)
            if class_name not in projects.class_ids(connection, project.id):
                raise UnknownClass(
                    _("The project {name!r} has no class {class_name!r}.", name=project.name, class_name=class_name)
                )
            _check_names(marked("classes"), others, at_least=2)
            latest = rounds.latest_round(connection, project.id)
            if latest is not None and latest.state is RoundState.RUNNING:
                raise RoundRunning(_("A round of {name!r} is running; take the class away later.", name=project.name))
            projects.remove_class(connection, project.id, class_name)
            note(connection, workspace, AuditAction.SETTINGS_CHANGED, project.id, removed_class=class_name)
    except IntegrityError as error:
        raise InvalidProject(
            _(
                "The class {class_name!r} stays: labels, decisions or measurements have it. Only a class that was "
                "never used can be taken away.",
                class_name=class_name,
            )
        ) from error
    return get_project(workspace, project.name)


def _differs(one: ProjectSettings, other: ProjectSettings, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


@needs_sign_in
def get_project(workspace: Workspace, name: str) -> Project:
    """The project of that name, as it is now.

    Raises:
        UnknownProject: there is none; the message lists those there are.
    """
    with workspace.database.read() as connection:
        found = projects.find_project(connection, name.strip())
    if found is None or not workspace.actor.sees(found.id):
        known = project_names(workspace)
        if not known:
            raise UnknownProject(_("There is no project named {name!r}; there is none yet.", name=name))
        listed = ", ".join(known)
        raise UnknownProject(_("There is no project named {name!r}; there are: {known}.", name=name, known=listed))
    return found


@needs_sign_in
def find_project(workspace: Workspace, project_id: int) -> Project | None:
    """The project of that number, as it is now; None where there is none that the acting user has to do with."""
    if not workspace.actor.sees(project_id):
        return None
    with workspace.database.read() as connection:
        return projects.get_project(connection, project_id)


@needs_sign_in
def project_names(workspace: Workspace) -> list[str]:
    """Names of all projects that the acting user has to do with, sorted."""
    with workspace.database.read() as connection:
        return [name for id_, name in projects.project_names(connection).items() if workspace.actor.sees(id_)]


@needs_sign_in
def list_projects(workspace: Workspace) -> list[Project]:
    """All projects that the acting user has to do with, by name."""
    with workspace.database.read() as connection:
        return [each for each in projects.list_projects(connection) if workspace.actor.sees(each.id)]


@needs_admin
def ensure_annotator(workspace: Workspace, name: str) -> int:
    """Id of the annotator of that name, who is added if new.

    Raises:
        InvalidProject: the name is empty or too long.
    """
    clean_name = clean_annotator_name(name)
    with workspace.database.read() as connection:
        found = annotators.find_annotator(connection, clean_name)
    if found is not None:
        return found
    with workspace.database.write() as connection:
        return annotators.ensure_annotator(connection, clean_name, utc_now())


@needs_sign_in
def find_annotator(workspace: Workspace, name: str) -> int:
    """Id of the annotator of that name.

    Raises:
        UnknownAnnotator: there is none.
    """
    with workspace.database.read() as connection:
        found = annotators.find_annotator(connection, name.strip())
    if found is None:
        raise UnknownAnnotator(_("There is no annotator named {name!r}.", name=name))
    return found


@needs_sign_in
def list_annotators(workspace: Workspace) -> dict[int, str]:
    """Annotator id to name, of all who ever came."""
    with workspace.database.read() as connection:
        return annotators.list_annotators(connection)


def clean_annotator_name(name: str) -> str:
    """The name without spaces around it.

    Raises:
        InvalidProject: it is empty or too long, or holds a NUL character.
    """
    return _clean_name(name, _ANNOTATOR_NAME, _ANNOTATOR_NUL)


def _clean_name(name: str, wrong_length: str, nul: str) -> str:
    clean_name = name.strip()
    if not clean_name or len(clean_name) > _MAX_NAME:
        raise InvalidProject(_(wrong_length, most=_MAX_NAME, length=len(clean_name)))
    if "\x00" in clean_name:
        raise InvalidProject(_(nul))
    return clean_name


def check_settings(settings: ProjectSettings) -> None:
    """Raise the errors of `create_project` unless these settings can work."""
    _check_names(marked("classes"), settings.classes, at_least=2)
    _check_names(marked("languages"), tuple(settings.targets), at_least=1)
    for language, target in settings.targets.items():
        check_language(language)
        if not 0 < target <= 1:
            raise InvalidProject(
                _(
                    "The target of {language!r} is {target}; it must be above 0 and at most 1.",
                    language=language,
                    target=target,
                )
            )
    _check_number(marked("budget"), settings.budget, 1, MAX_BUDGET, marked("labels a batch"))
    _check_number(marked("lease"), settings.lease_minutes, 1, MAX_LEASE_MINUTES, marked("minutes"))
    _check_number(marked("seed"), settings.seed, 0, _MAX_SEED)
    _check_encoder(settings.encoder)
    if "\x00" in settings.guidelines + settings.encoder:
        raise InvalidProject(_("The guidelines and the encoder's name cannot hold a NUL character."))
    _check_measuring(settings)
    _check_gold(settings)
    if not isinstance(settings.near_duplicates, bool):
        raise InvalidProject(
            _(
                "Whether near duplicates are set aside is yes or no (True or False); {given!r} given.",
                given=settings.near_duplicates,
            )
        )
    _check_translation(settings)
    _check_preparation(settings.preparation)
    _check_strategy(settings.strategy)
    find_uncertainty(settings.uncertainty)


def _check_encoder(name: str) -> None:
    if not name.strip() or len(name) > _MAX_ENCODER:
        raise InvalidProject(
            _(
                "An encoder's name has 1 to {most} characters; this one has {length}.",
                most=_MAX_ENCODER,
                length=len(name),
            )
        )
    try:
        check_model_name(name)
    except ValueError as error:
        raise InvalidProject(_("The encoder {name!r} cannot be used: {reason}.", name=name, reason=error)) from error


def check_language(language: str) -> None:
    """Raise InvalidProject unless this can be the code of a language."""
    if not _LANGUAGE.fullmatch(language) or len(language) > _MAX_LANGUAGE:
        raise InvalidProject(_("{language!r} is not a language code such as 'en' or 'pt-BR'.", language=language))
    if not is_language_tag(language):
        raise InvalidProject(_("{language!r} is no registered language; BCP 47 has the codes.", language=language))


def _check_measuring(settings: ProjectSettings) -> None:
    """What is measured, with how many check items, and what a label costs."""
    if settings.metric not in set(Metric):
        raise InvalidProject(
            _("There is no metric {name!r}; there are: {known}.", name=settings.metric, known=", ".join(Metric))
        )
    for (language, name), target in settings.class_targets.items():
        if language not in settings.targets or name not in settings.classes:
            raise InvalidProject(
                _("There is no class {name!r} in {language!r} to set a target for.", name=name, language=language)
            )
        if not 0 < target <= 1:
            raise InvalidProject(
                _(
                    "The target of class {name!r} in {language!r} is {target}; it must be above 0 and at most 1.",
                    name=name,
                    language=language,
                    target=target,
                )
            )
    if settings.consensus not in set(Consensus):
        raise InvalidProject(
            _(
                "There is no consensus {name!r}; there are: {known}.",
                name=settings.consensus,
                known=", ".join(Consensus),
            )
        )
    _check_share(marked("share of texts that several annotators label"), settings.overlap_share, 0, 1)
    _check_number(marked("number of annotators of such a text"), settings.overlap_count, 2, MAX_OVERLAP_COUNT)
    _check_share(marked("share of texts set apart for the check set"), settings.check_part, 0, 0.9)
    _check_share(marked("share of check items"), settings.check_share, 0, 1)
    _check_share(marked("half-width of intervals"), settings.check_width, 0.005, 0.5)
    if not 0 <= settings.price_per_label <= _MAX_PRICE:
        raise InvalidProject(
            _(
                "The price of a label is {price}; it must be a number from 0 to {most:,}.",
                price=settings.price_per_label,
                most=_MAX_PRICE,
            )
        )
    if not settings.currency.strip() or len(settings.currency) > _MAX_CURRENCY or "\x00" in settings.currency:
        raise InvalidProject(
            _(
                "A currency has 1 to {most} characters; this one has {length}.",
                most=_MAX_CURRENCY,
                length=len(settings.currency.strip()),
            )
        )


def _check_gold(settings: ProjectSettings) -> None:
    _check_number(marked("number of gold items that newcomers answer first"), settings.gold_count, 0, MAX_GOLD_COUNT)
    if not isinstance(settings.gold_feedback, bool):
        raise InvalidProject(
            _(
                "Whether annotators are told the known class of a gold item is yes or no (True or False); {given!r} "
                "given.",
                given=settings.gold_feedback,
            )
        )


def _check_share(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:  # also refuses what is not a number
        raise InvalidProject(
            _(
                "The {what} is {value}; it must be a number from {least} to {most}.",
                what=_(what),
                value=value,
                least=least,
                most=most,
            )
        )


def _check_translation(settings: ProjectSettings) -> None:
    if len(settings.translator) > _MAX_TRANSLATOR or "\x00" in settings.translator:
        raise InvalidProject(
            _(
                "A translator's name has up to {most} characters and no NUL character; this one has {length}.",
                most=_MAX_TRANSLATOR,
                length=len(settings.translator),
            )
        )
    if not 0 <= settings.translation_weight <= 1:
        raise InvalidProject(
            _(
                "The weight of a translation is {weight}; it must be a number from 0 to 1.",
                weight=settings.translation_weight,
            )
        )
    if settings.translator:
        load_translator(settings.translator)


def _check_preparation(name: str) -> None:
    parse_preparation(name)
    if len(name) > _MAX_PREPARATION:
        raise InvalidProject(
            _(
                "A preparation's name has at most {most} characters; this one has {length}.",
                most=_MAX_PREPARATION,
                length=len(name),
            )
        )


def _check_strategy(name: str) -> None:
    if find_strategy(name).separate_models:
        raise InvalidProject(
            _("The strategy {name!r} needs a model for each language; a project has one for all.", name=name)
        )
    if len(name) > _MAX_STRATEGY:
        raise InvalidProject(
            _(
                "A strategy's name has at most {most} characters; this one has {length}.",
                most=_MAX_STRATEGY,
                length=len(name),
            )
        )


def languages_beyond_encoder(settings: ProjectSettings) -> list[str]:
    """Languages of a project that its encoder was not trained on, as far as that is known."""
    known = supported_languages(settings.encoder)
    return [each for each in settings.targets if known and each.split("-")[0].lower() not in known]


def builtin_encoders() -> dict[str, str]:
    """Encoders that need no download: name to one sentence for the person who chooses."""
    return {each.name: _(each.summary) for each in BUILTIN_ENCODERS.values()}


def translators() -> dict[str, str]:
    """Kinds of translators: how a name looks, and one sentence for the person who chooses."""
    return {each.pattern: _(each.summary) for each in TRANSLATORS.values()}


def strategies() -> dict[str, str]:
    """Registered strategies that a project can have: name to one sentence for the person who chooses."""
    return {each.name: _(each.summary) for each in STRATEGIES.values() if not each.separate_models}


def preparations() -> dict[str, str]:
    """Preparations to choose from: name to one sentence for the person who chooses."""
    return {name: _(summary) for name, summary in PREPARATION_SUMMARIES.items()}


def _check_number(what: str, value: int, least: int, most: int, unit: str = "") -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidProject(
            _(
                "The {what} is {given}; it must be a whole number from {least:,} to {most:,}.",
                what=_(what),
                given=f"{value} {_(unit)}".strip(),
                least=least,
                most=most,
            )
        )


def _check_names(what: str, names: tuple[str, ...], at_least: int) -> None:
    if len(names) < at_least:
        raise InvalidProject(
            _("A project needs at least {least} {what}; {given} given.", least=at_least, what=_(what), given=len(names))
        )
    if any(not name or name != name.strip() or len(name) > _MAX_NAME or "\x00" in name for name in names):
        raise InvalidProject(
            _("The {what} must be 1 to {most} characters without spaces around them.", what=_(what), most=_MAX_NAME)
        )
    # A letter with an accent is one character or two, and nobody sees which.
    looks = [unicodedata.normalize("NFC", name) for name in names]
    repeated = sorted({name for name in looks if looks.count(name) > 1})
    if repeated:
        raise InvalidProject(
            _("The {what} must differ; given twice: {names}.", what=_(what), names=", ".join(repeated))
        )

"""Languages that an import guessed: looked over by a person, mended, accepted."""

from collections.abc import Mapping
from dataclasses import dataclass

from lamm_core.actors import Role
from lamm_core.errors import InvalidInput
from lamm_core.records import Project
from lamm_core.storage import items, language_guesses, projects
from lamm_core.trail import AuditAction
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace


@dataclass(frozen=True)
class GuessedLanguage:
    """An item whose language was guessed; `probability` is 0 to 1, beside the project's other languages."""

    item_id: int
    text: str
    language: str
    probability: float


@dataclass(frozen=True)
class GuessedLanguages:
    """What there is to look over.

    Attributes:
        counts: language to the items of which it is a guess.
        least_certain: some of these items, the least certain first.
    """

    counts: Mapping[str, int]
    least_certain: tuple[GuessedLanguage, ...]

    @property
    def total(self) -> int:
        """Items whose language is a guess."""
        return sum(self.counts.values())


@needs(Role.MANAGER)
def guessed_languages(workspace: Workspace, project: Project, most: int = 50) -> GuessedLanguages:
    """The guesses that nobody has looked at yet.

    Args:
        most: how many items are listed.
    """
    with workspace.database.read() as connection:
        counts = language_guesses.count_guesses(connection, project.id)
        rows = language_guesses.list_guesses(connection, project.id, most) if counts else []
    return GuessedLanguages(
        counts, tuple(GuessedLanguage(row.id, row.text, row.language, row.language_guess) for row in rows)
    )


@needs(Role.MANAGER)
def say_languages(workspace: Workspace, project: Project, languages: Mapping[int, str]) -> int:
    """Say the language of items whose language was guessed; returns how many there were.

    Args:
        languages: item id to a language of the project: the guess where it is right, another where it is not.

    Raises:
        InvalidInput: a language is not one of the project's.
    """
    strange = sorted(set(languages.values()) - set(project.languages))
    if strange:
        raise InvalidInput(_("The language {language!r} is not one of the project's.", language=strange[0]))
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        changed = language_guesses.set_languages(connection, project.id, languages)
        items.count_anew(connection, project.id)
        note(connection, workspace, AuditAction.LANGUAGES_CHECKED, project.id, items=changed)
    return changed


@needs(Role.MANAGER)
def accept_guesses(workspace: Workspace, project: Project, least: float = 0.0) -> int:
    """Take all guesses for said that are at least as probable as this; returns how many there were.

    Args:
        least: probability, 0 to 1.
    """
    with workspace.database.write() as connection:
        accepted = language_guesses.accept_guesses(connection, project.id, least)
        note(connection, workspace, AuditAction.LANGUAGES_CHECKED, project.id, items=accepted)
    return accepted

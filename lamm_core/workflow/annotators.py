"""The languages that annotators are asked about."""

from collections.abc import Sequence

from lamm_core.errors import UnknownAnnotator
from lamm_core.storage import annotators
from lamm_core.words import translate as _
from lamm_core.workflow.projects import check_language
from lamm_core.workflow.rights import needs_admin, needs_sign_in
from lamm_core.workflow.workspace import Workspace


@needs_sign_in
def languages_of(workspace: Workspace, annotator_id: int) -> tuple[str, ...]:
    """The languages an annotator is asked about, sorted, in whatever project; none stands for all."""
    with workspace.database.read() as connection:
        return annotators.languages_of(connection, annotator_id)


@needs_admin
def set_languages(workspace: Workspace, annotator_id: int, languages: Sequence[str]) -> tuple[str, ...]:
    """Say which languages an annotator is asked about, from the next claim on; none stands for all.

    What the annotator holds in other languages is given back when its lease ends.

    Returns:
        The languages as stored, sorted, each once.

    Raises:
        UnknownAnnotator: there is no such annotator.
        InvalidProject: one of them is no language code.
    """
    wanted = sorted({language.strip() for language in languages})
    for language in wanted:
        check_language(language)
    with workspace.database.write() as connection:
        if not annotators.lock_annotator(connection, annotator_id):
            raise UnknownAnnotator(_("There is no annotator {id}.", id=annotator_id))
        annotators.set_languages(connection, annotator_id, wanted)
    return tuple(wanted)

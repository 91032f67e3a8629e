"""Where a low accuracy comes from, and what to do next, in two sentences."""

from lamm_core.language_names import language_name
from lamm_core.model.cause import Cause, Ground, Origin
from lamm_core.records import Project
from lamm_core.words import marked, plural
from lamm_core.words import translate as _

_SAYS = {
    Ground.MORE_LABELS: marked(
        "{language}: more likely the model than labels or guidelines. It still learns: go on labelling."
    ),
    Ground.ENCODER: marked(
        "{language}: more likely the model than labels or guidelines. People agree, and further labels will hardly "
        "help: try another encoder or translation."
    ),
    Ground.FEW_ROUNDS: marked(
        "{language}: more likely the model than labels or guidelines. People agree; a few more rounds will show "
        "whether it lacks labels or another encoder: go on labelling."
    ),
    Ground.CLASSES: marked(
        "{language}: more likely the guidelines than the model. People disagree alike, mostly about {first} and "
        "{second}: say in the guidelines what tells these two apart."
    ),
    Ground.NO_OVERLAP: marked(
        "{language}: model, labels or guidelines? That cannot be told yet, since no two people have labelled the same "
        "texts: let several people label a part of each batch."
    ),
    Ground.FEW_SHARED: marked(
        "{language}: model, labels or guidelines? That cannot be told yet, since too few texts have labels of several "
        "people: let several people label a larger part of each batch."
    ),
    Ground.FEW_PEOPLE: marked(
        "{language}: labels or guidelines? That cannot be told yet. People disagree, but of two nobody knows who is "
        "right: let a third person label the same texts, or bring in gold items."
    ),
    Ground.SCATTERED: marked(
        "{language}: labels or guidelines? That cannot be told yet. People disagree about all classes alike, as they "
        "would by careless labels and by unclear guidelines: bring in gold items."
    ),
}


def cause_sentence(project: Project, language: str, cause: Cause) -> str:
    """What a low accuracy comes from, or why that cannot be told yet, and what to do next.

    Args:
        project: gives the classes.
        language: code of the language.
    """
    name = language_name(language)
    if cause.origin is Origin.LABELS:
        return plural(
            "{language}: more likely labels than the model. {people} agrees with the others or with gold items much "
            "less than the rest: look at these labels together.",
            "{language}: more likely labels than the model. {people} agree with the others or with gold items much "
            "less than the rest: look at these labels together.",
            len(cause.people),
            language=name,
            people=_(", ").join(cause.people),
        )
    values = {"language": name}
    if cause.classes is not None:
        first, second = (project.settings.classes[code] for code in cause.classes)
        values |= {"first": first, "second": second}
    return _(_SAYS[cause.ground], **values)

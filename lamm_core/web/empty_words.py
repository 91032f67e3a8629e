"""Why there is nothing to label, in one sentence for the annotator, and where to go from there."""

from dataclasses import dataclass

from lamm_core.clock import clock_time
from lamm_core.job import JobState
from lamm_core.language_names import language_name
from lamm_core.words import marked, number, plural, retold
from lamm_core.words import translate as _
from lamm_core.workflow.empty_queue import EmptyQueue, WhyEmpty
from lamm_core.workflow.job_words import job_sentence
from lamm_core.workflow.workspace import utc_now

_SENTENCES = {
    WhyEmpty.NO_TEXTS: marked(
        "There is nothing to label yet: bring in texts on the page Project, and the first batch is prepared."
    ),
    WhyEmpty.OTHERS_TURN: marked(
        "You have labelled all of your part; what is left waits for the opinion of somebody else."
    ),
    WhyEmpty.TARGETS_MET: marked("All targets are met: nothing more needs a label."),
    WhyEmpty.WAITING_FOR_ROUND: marked("The next batch is prepared when somebody runs a round on the page Rounds."),
    WhyEmpty.ALL_DONE: marked("Every text of the pool is labelled or skipped."),
}
_NO_TEXTS_FOR_ANNOTATORS = marked("There is nothing to label yet: a manager of the project brings in texts first.")


@dataclass(frozen=True)
class Way:
    """Where a reader can go on.

    Attributes:
        path: address of a page, without what stands before every address.
        words: what the link says.
    """

    path: str
    words: str


_TO_TEXTS = Way("/project", marked("Bring in texts"))
_TO_ROUNDS = Way("/rounds", marked("Go to Rounds"))
_TO_ANSWERS = Way("/history", marked("Look at your answers"))
# Where a manager can do something about it.
_WAYS = {
    WhyEmpty.FAILED: _TO_ROUNDS,
    WhyEmpty.NO_TEXTS: _TO_TEXTS,
    WhyEmpty.TARGETS_MET: Way("/languages", marked("See the languages")),
    WhyEmpty.WAITING_FOR_ROUND: _TO_ROUNDS,
    WhyEmpty.ALL_DONE: _TO_TEXTS,
}
# What passes by itself, and soon.
_PASSING = (WhyEmpty.READY, WhyEmpty.PREPARING, WhyEmpty.HELD)


def way_on(why: EmptyQueue, *, manages: bool) -> Way | None:
    """Where to go while there is nothing to label, in the reader's language; None where waiting is all there is to do.

    Args:
        manages: the reader manages the project, and so sees all its pages.
    """
    if why.reason in _PASSING or (why.reason is WhyEmpty.NO_TEXTS and not manages):
        return None
    way = _WAYS.get(why.reason, _TO_ANSWERS) if manages else _TO_ANSWERS
    return Way(way.path, _(way.words))


def empty_words(why: EmptyQueue, zone: str | None, *, manages: bool) -> str:
    """One sentence; empty where something has come free in this moment.

    Args:
        zone: name of the reader's time zone, from the browser.
        manages: the reader manages the project, and so sees all its pages.
    """
    if why.reason is WhyEmpty.READY:
        return ""
    if why.reason is WhyEmpty.PREPARING:
        return _preparing(why)
    if why.reason is WhyEmpty.FAILED:
        sentence = _("The next batch could not be prepared. {reason} It can be tried again on the page Rounds.")
        return sentence.format(reason=retold(why.error))
    if why.reason is WhyEmpty.HELD:
        return _held(why, zone)
    if why.reason is WhyEmpty.OTHER_LANGUAGES:
        languages = ", ".join(map(language_name, why.languages))
        return _(
            "No text is left in your languages; {count:,} wait in {languages}.", count=why.count, languages=languages
        )
    if why.reason is WhyEmpty.NO_TEXTS and not manages:
        return _(_NO_TEXTS_FOR_ANNOTATORS)
    return _(_SENTENCES[why.reason])


def _preparing(why: EmptyQueue) -> str:
    if why.job is not None and why.job.job.state is JobState.QUEUED:
        return _("The next batch is in line to be prepared. {reason}", reason=job_sentence(why.job, utc_now()))
    if not why.stage:
        if why.round_number:
            return _("This batch is done. The next one is being prepared and appears here by itself.")
        return _("The first batch is being prepared and appears here by itself.")
    told = {"stage": retold(why.stage), "progress": number(why.progress, ".0%")}
    if why.round_number:
        return _(
            "This batch is done. The next one is being prepared and appears here by itself ({stage}, {progress}).",
            **told,
        )
    return _("The first batch is being prepared and appears here by itself ({stage}, {progress}).", **told)


def _held(why: EmptyQueue, zone: str | None) -> str:
    if why.until is None:
        return plural(
            "The last text is held by another annotator; it comes free soon.",
            "The last {count:,} texts are held by other annotators; the first comes free soon.",
            why.count,
        )
    return plural(
        "The last text is held by another annotator; it comes free at {time}.",
        "The last {count:,} texts are held by other annotators; the first comes free at {time}.",
        why.count,
        time=clock_time(why.until, utc_now(), zone),
    )

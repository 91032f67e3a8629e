"""Why there is nothing to label, in one sentence for the annotator."""

from lamm_core.clock import clock_time
from lamm_core.language_names import language_name
from lamm_core.workflow.empty_queue import EmptyQueue, WhyEmpty
from lamm_core.workflow.workspace import utc_now

_SENTENCES = {
    WhyEmpty.NO_TEXTS: (
        "There is nothing to label yet: bring in texts on the page Project, and the first batch is prepared."
    ),
    WhyEmpty.OTHERS_TURN: "You have labelled all of your part; what is left waits for the opinion of somebody else.",
    WhyEmpty.TARGETS_MET: "All targets are met: nothing more needs a label.",
    WhyEmpty.WAITING_FOR_ROUND: "The next batch is prepared when somebody runs a round on the page Rounds.",
    WhyEmpty.ALL_DONE: "Every text of the pool is labelled or skipped.",
}


def empty_words(why: EmptyQueue, zone: str | None) -> str:
    """One sentence; empty where something has come free in this moment.

    Args:
        zone: name of the reader's time zone, from the browser.
    """
    if why.reason is WhyEmpty.READY:
        return ""
    if why.reason is WhyEmpty.PREPARING:
        return _preparing(why)
    if why.reason is WhyEmpty.FAILED:
        return f"The next batch could not be prepared. {why.error} It can be tried again on the page Rounds."
    if why.reason is WhyEmpty.HELD:
        return _held(why, zone)
    if why.reason is WhyEmpty.OTHER_LANGUAGES:
        languages = ", ".join(map(language_name, why.languages))
        return f"No text is left in your languages; {why.count:,} wait in {languages}."
    return _SENTENCES[why.reason]


def _preparing(why: EmptyQueue) -> str:
    done = "This batch is done. The next one" if why.round_number else "The first batch"
    stage = f" ({why.stage}, {why.progress:.0%})" if why.stage else ""
    return f"{done} is being prepared and appears here by itself{stage}."


def _held(why: EmptyQueue, zone: str | None) -> str:
    soon = f"at {clock_time(why.until, utc_now(), zone)}" if why.until else "soon"
    if why.count == 1:
        return f"The last text is held by another annotator; it comes free {soon}."
    return f"The last {why.count:,} texts are held by other annotators; the first comes free {soon}."

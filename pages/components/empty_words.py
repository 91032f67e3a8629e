"""Why there is nothing to label, in one sentence for the annotator."""

import streamlit as st

from lamm_core.language_names import language_name
from lamm_core.workflow.empty_queue import EmptyQueue, WhyEmpty
from lamm_core.workflow.workspace import utc_now
from pages.components.clock import clock_time

_SENTENCES = {
    WhyEmpty.FAILED: "The next batch could not be prepared; see below.",
    WhyEmpty.NO_TEXTS: (
        "There is nothing to label yet: bring in texts on the page Project, and the first batch is prepared."
    ),
    WhyEmpty.OTHERS_TURN: "You have labelled all of your part; what is left waits for the opinion of somebody else.",
    WhyEmpty.TARGETS_MET: "All targets are met: nothing more needs a label.",
    WhyEmpty.WAITING_FOR_ROUND: "The next batch is prepared when somebody runs a round on the page Rounds.",
    WhyEmpty.ALL_DONE: "Every text of the pool is labelled or skipped.",
}


def empty_words(why: EmptyQueue) -> str:
    """One sentence; empty where something has come free in this moment."""
    if why.reason is WhyEmpty.READY:
        return ""
    if why.reason is WhyEmpty.PREPARING:
        done = "This batch is done. The next one" if why.round_number else "The first batch"
        return f"{done} is being prepared and appears here by itself."
    if why.reason is WhyEmpty.HELD:
        return _held(why)
    if why.reason is WhyEmpty.OTHER_LANGUAGES:
        languages = ", ".join(map(language_name, why.languages))
        return f"No text is left in your languages; {why.count:,} wait in {languages}."
    return _SENTENCES[why.reason]


def _held(why: EmptyQueue) -> str:
    soon = f"at {clock_time(why.until, utc_now(), st.context.timezone)}" if why.until else "soon"
    if why.count == 1:
        return f"The last text is held by another annotator; it comes free {soon}."
    return f"The last {why.count:,} texts are held by other annotators; the first comes free {soon}."

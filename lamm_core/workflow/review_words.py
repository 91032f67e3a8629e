"""What is said of reviews: why a text is listed, what was decided, and who said what."""

from datetime import datetime

from lamm_core.records import Action, Remark
from lamm_core.reviewing import Decision, Opinion, Reason, ReviewItem, ReviewRow
from lamm_core.words import in_context, marked, number
from lamm_core.words import translate as _

_REASONS = {
    Reason.ANSWERED: marked("Answered since"),
    Reason.FLAGGED: marked("Flagged"),
    Reason.COMMENTED: marked("Commented"),
    Reason.DISAGREEMENT: marked("Labels differ"),
    Reason.LIKELY_ERROR: marked("Likely error"),
    Reason.SENT_BACK: marked("Sent back"),
    Reason.BEFORE_CLASS: marked("Labelled before a class came"),
}


def reason_word(reason: Reason) -> str:
    """Why a text is listed, in two words."""
    return _(_REASONS[reason])


def decision_sentence(review: ReviewRow) -> str:
    """What was decided, by whom and when, and whether it still stands."""
    values = {"name": review.reviewer, "class_name": review.class_name, "asked": review.asked}
    when, since = moment(review.decided_at), _("It was answered since.")
    if review.decision is Decision.UNDO:
        return _("{name} took the decision back ({when}).", when=when, **values)
    if review.decision is Decision.SEND_BACK:
        said = _("{name} sent it back to {asked} ({when}).", when=when, **values)
        waits = _("No answer yet; until then the label that it has goes on counting.")
        return f"{said} {waits if review.stands else since}"
    if review.class_name is None:
        said = _("{name} accepted that it was skipped ({when}).", when=when, **values)
    elif review.decision is Decision.ACCEPT:
        said = _("{name} accepted {class_name} ({when}).", when=when, **values)
    else:
        said = _("{name} changed it to {class_name} ({when}).", when=when, **values)
    return said if review.stands else f"{said} {since}"


def suspicion_sentence(found: ReviewItem) -> str:
    """What the model holds for likelier; empty where it suspects nothing."""
    if found.likelier is None or found.score is None:
        return ""
    return _(
        "Models that never saw this label find {likelier} likelier; they give the class of the label {chance}.",
        likelier=found.likelier,
        chance=number(found.score, ".0%"),
    )


def opinion_line(opinion: Opinion) -> str:
    """Who said what, when, and in how many seconds."""
    name = opinion.annotator or in_context("review", "Import")
    said = _("skipped") if opinion.action is Action.SKIP else str(opinion.class_name)
    parts = [f"{name}: {said}", moment(opinion.given_at)]
    if opinion.seconds is not None:
        parts.append(_("{seconds:.0f} s", seconds=opinion.seconds))
    if opinion.flagged:
        parts.append(_("flagged"))
    return "  ·  ".join(parts)


def remark_line(remark: Remark) -> str:
    """Who wrote a remark, and when."""
    return f"{remark.author}  ·  {moment(remark.written_at)}"


def moment(at: datetime) -> str:
    """A moment in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"

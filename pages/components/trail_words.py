"""How a line of the trail reads."""

from typing import Any

from lamm_core.trail import AuditAction, AuditEvent
from lamm_core.words import marked
from lamm_core.words import translate as _

_ACTIONS = {
    AuditAction.SIGN_IN: marked("signed in"),
    AuditAction.SIGN_IN_FAILED: marked("sign-in failed"),
    AuditAction.SIGN_OUT: marked("signed out"),
    AuditAction.USER_ADDED: marked("user added"),
    AuditAction.USER_CHANGED: marked("user changed"),
    AuditAction.ROLE_CHANGED: marked("role changed"),
    AuditAction.PROJECT_CREATED: marked("project created"),
    AuditAction.SETTINGS_CHANGED: marked("settings changed"),
    AuditAction.IMPORTED: marked("texts imported"),
    AuditAction.LANGUAGES_CHECKED: marked("guessed languages looked over"),
    AuditAction.DUPLICATES_KEPT: marked("near duplicates kept as texts of their own"),
    AuditAction.EXPORTED: marked("labels exported"),
    AuditAction.MODEL_EXPORTED: marked("model exported"),
    AuditAction.ROUND: marked("round started"),
    AuditAction.COMPARISON: marked("comparison"),
    AuditAction.TRANSLATION: marked("translation"),
    AuditAction.REVIEW: marked("review"),
    AuditAction.BACKUP: marked("backup"),
    AuditAction.JOB_CANCELLED: marked("job cancelled"),
    AuditAction.JOB_RETRIED: marked("job tried again"),
    AuditAction.LABEL: marked("label given"),
    AuditAction.EDIT: marked("label changed"),
    AuditAction.SKIP: marked("text skipped"),
    AuditAction.UNDO: marked("taken back"),
}


def action_word(action: AuditAction) -> str:
    """What was done."""
    return _(_ACTIONS[action])


def details_words(event: AuditEvent) -> str:
    """What more there is to say, as `name: value` in a row; names are those of the files."""
    return ", ".join(f"{name}: {_value(value)}" for name, value in event.details.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return {True: _("yes"), False: _("no")}[value] if isinstance(value, bool) else str(value)

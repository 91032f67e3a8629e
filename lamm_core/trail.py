"""The words of the trail of what was done: append-only, for whoever has to know who did what when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class AuditAction(StrEnum):
    """What was done. Those of annotators are read from their labels, which are such a trail themselves."""

    SIGN_IN = "sign-in"
    SIGN_IN_FAILED = "sign-in failed"
    SIGN_OUT = "sign-out"
    USER_ADDED = "user added"
    USER_CHANGED = "user changed"
    ROLE_CHANGED = "role changed"
    PROJECT_CREATED = "project created"
    SETTINGS_CHANGED = "settings changed"
    IMPORTED = "imported"
    LANGUAGES_CHECKED = "languages checked"
    DUPLICATES_KEPT = "duplicates kept"
    EXPORTED = "exported"
    MODEL_EXPORTED = "model exported"
    ROUND = "round"
    COMPARISON = "comparison"
    TRANSLATION = "translation"
    JOB_CANCELLED = "job cancelled"
    JOB_RETRIED = "job retried"
    REVIEW = "review"
    BACKUP = "backup"
    LABEL = "label"
    EDIT = "edit"
    SKIP = "skip"
    UNDO = "undo"


@dataclass(frozen=True)
class AuditEvent:
    """One line of the trail.

    Attributes:
        at: when, in UTC.
        actor: the name of whoever did it.
        action: what was done.
        project: name of the project it was done in; empty where it concerns none.
        details: what more there is to say, by name; never an item's text and never a secret.
    """

    at: datetime
    actor: str
    action: AuditAction
    project: str
    details: Mapping[str, Any]


# What annotators do, as their labels tell it.
OF_LABELS = (AuditAction.LABEL, AuditAction.EDIT, AuditAction.SKIP, AuditAction.UNDO)


@dataclass(frozen=True)
class TrailFilter:
    """Which lines of the trail are wanted; None stands for all.

    Attributes:
        actor: the name of whoever did it, or a part of it, in any case of letters.
        actions: what was done.
        since: from this moment on.
        until: before this moment.
    """

    actor: str | None = None
    actions: tuple[AuditAction, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def wants(self, action: AuditAction) -> bool:
        """Whether lines of that kind are wanted."""
        return self.actions is None or action in self.actions

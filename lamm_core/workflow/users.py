"""Accounts: who may sign in, and what they are in which project. Nobody makes an account for themselves."""

import re
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from lamm_core.accounts import TokenPurpose, User
from lamm_core.actors import Role
from lamm_core.credentials import new_token, token_hash
from lamm_core.errors import InvalidUser, UnknownUser, UserExists
from lamm_core.records import Project
from lamm_core.storage import annotators, sessions, users
from lamm_core.trail import AuditAction
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.projects import clean_annotator_name
from lamm_core.workflow.rights import needs, needs_admin, open_to_anybody
from lamm_core.workflow.workspace import Workspace, utc_now

# Enough to tell a slip of the pen; whether the address exists shows when its owner signs in.
_EMAIL = re.compile(r"[^\s@<>\"]{1,200}@[^\s@<>\"]{1,100}")
_LASTING = {TokenPurpose.INVITATION: timedelta(days=7), TokenPurpose.RESET: timedelta(days=1)}


@open_to_anybody
def has_accounts(workspace: Workspace) -> bool:
    """Whether this installation has accounts, so that everybody signs in; without any it is one person's."""
    with workspace.database.read() as connection:
        return users.exist(connection)


@needs_admin
def list_users(workspace: Workspace) -> list[User]:
    """All accounts, by name."""
    with workspace.database.read() as connection:
        return users.list_users(connection)


@needs_admin
def find_user(workspace: Workspace, email: str) -> User:
    """The account of that e-mail address.

    Raises:
        UnknownUser: there is none.
    """
    with workspace.database.read() as connection:
        return _find(connection, email)


@needs_admin
def add_user(workspace: Workspace, name: str, email: str, *, is_admin: bool = False) -> User:
    """Make an account. Its owner signs in by a link (`new_link`), or by a provider that knows the e-mail address.

    The first account ends the time without sign-in, so it is an admin's.

    Args:
        name: under which labels are stored; an annotator of that name becomes this user.

    Raises:
        InvalidUser: this is no e-mail address, or the first account is no admin's.
        UserExists: the name or the address has an account already.
        InvalidProject: the name is empty or too long.
    """
    clean_name, clean_email = clean_annotator_name(name), _clean_email(email)
    now = utc_now()
    try:
        with workspace.database.write() as connection:
            if not is_admin and not users.exist(connection):
                raise InvalidUser(_("The first account must be an admin's, who can make the others."))
            annotator_id = annotators.ensure_annotator(connection, clean_name, now)
            if users.find_by_email(connection, clean_email):
                raise UserExists(_("There is an account for {email!r} already.", email=clean_email))
            if users.find_by_annotator(connection, annotator_id):
                raise UserExists(_("There is an account for the name {name!r} already.", name=clean_name))
            user_id = users.add_user(connection, annotator_id, clean_email, is_admin=is_admin, now=now)
            note(connection, workspace, AuditAction.USER_ADDED, user=clean_name, admin=is_admin)
    except IntegrityError as error:  # another process added the same one in this moment
        raise UserExists(_("There is an account for {email!r} already.", email=clean_email)) from error
    with workspace.database.read() as connection:
        return _get(connection, user_id)


@needs_admin
def new_link(workspace: Workspace, email: str) -> str:
    """The token of a link that works once: an invitation, or a new password for who has one. Earlier links end.

    Raises:
        UnknownUser: there is no such account.
        InvalidUser: it is disabled.
    """
    token, now = new_token(), utc_now()
    with workspace.database.write() as connection:
        user = _find(connection, email)
        if user.is_disabled:
            raise InvalidUser(_("The account of {name!r} is disabled; enable it first.", name=user.name))
        purpose = TokenPurpose.RESET if user.has_password else TokenPurpose.INVITATION
        if purpose is TokenPurpose.RESET:
            # Whoever knows the old password, or holds a session, is not to go on.
            users.change_user(connection, user.id, password_hash=None)
        sessions.revoke_sessions(connection, user.id, now)
        sessions.add_one_time_token(connection, user.id, purpose, token_hash(token), now, now + _LASTING[purpose])
        note(connection, workspace, AuditAction.USER_CHANGED, user=user.name, change=purpose.value)
    return token


@needs_admin
def set_disabled(workspace: Workspace, email: str, *, is_disabled: bool) -> User:
    """Keep a user from signing in, with all their sessions ended at once; or let them again. Their labels stay.

    Raises:
        UnknownUser: there is no such account.
        InvalidUser: it is the last admin's.
    """
    now = utc_now()
    with workspace.database.write() as connection:
        user = _find(connection, email)
        if is_disabled:
            _check_not_last_admin(connection, user)
            sessions.revoke_sessions(connection, user.id, now)
        users.change_user(connection, user.id, disabled_at=now if is_disabled else None)
        change = "disabled" if is_disabled else "enabled"
        note(connection, workspace, AuditAction.USER_CHANGED, user=user.name, change=change)
        return _get(connection, user.id)


@needs_admin
def set_admin(workspace: Workspace, email: str, *, is_admin: bool) -> User:
    """Make a user an admin of the installation, or no longer.

    Raises:
        UnknownUser: there is no such account.
        InvalidUser: it is the last admin's.
    """
    with workspace.database.write() as connection:
        user = _find(connection, email)
        if not is_admin:
            _check_not_last_admin(connection, user)
        users.change_user(connection, user.id, is_admin=is_admin)
        note(connection, workspace, AuditAction.USER_CHANGED, user=user.name, admin=is_admin)
        return _get(connection, user.id)


@needs(Role.ADMIN)
def set_role(workspace: Workspace, project: Project, email: str, role: Role | None) -> User:
    """Say what a user is in a project; None takes them out of it.

    Raises:
        UnknownUser: there is no such account.
    """
    with workspace.database.write() as connection:
        user = _find(connection, email)
        users.set_role(connection, project.id, user.id, role)
        told = "none" if role is None else role.value
        note(connection, workspace, AuditAction.ROLE_CHANGED, project.id, user=user.name, role=told)
        return _get(connection, user.id)


@needs(Role.ADMIN)
def members(workspace: Workspace, project: Project) -> list[User]:
    """Those who have a role in a project, by name."""
    with workspace.database.read() as connection:
        return [each for each in users.list_users(connection) if project.id in each.roles]


def _check_not_last_admin(connection: Connection, user: User) -> None:
    if users.lock_admins(connection) <= {user.id} and user.is_admin:
        raise InvalidUser(_("{name!r} is the only admin who can sign in; make another one first.", name=user.name))


def _find(connection: Connection, email: str) -> User:
    found = users.find_by_email(connection, email.strip().casefold())
    if found is None:
        raise UnknownUser(_("There is no account for {email!r}.", email=email))
    return found


def _get(connection: Connection, user_id: int) -> User:
    found = users.get_user(connection, user_id)
    if found is None:
        raise UnknownUser(_("There is no account with the number {number}.", number=user_id))
    return found


def _clean_email(email: str) -> str:
    clean = email.strip().casefold()
    if not _EMAIL.fullmatch(clean) or "\x00" in clean:
        raise InvalidUser(_("{email!r} is no e-mail address.", email=email))
    return clean

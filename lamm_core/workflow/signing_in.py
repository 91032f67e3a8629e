"""Signing in and out: from a password, a one-time link or a provider to a session, and from a session to an actor."""

from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address, ip_network
from math import ceil

from sqlalchemy import Connection

from lamm_core.accounts import Identity, User
from lamm_core.actors import NOBODY, Actor
from lamm_core.credentials import hash_password, is_password, new_token, token_hash
from lamm_core.errors import InvalidUser, SignInFailed, TooManySignIns
from lamm_core.storage import sessions, users
from lamm_core.trail import AuditAction
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs_sign_in, open_to_anybody
from lamm_core.workflow.workspace import Workspace, utc_now

# However busy, everybody signs in once a month; who was not here for three days, too.
SESSION, IDLE = timedelta(days=30), timedelta(days=3)
_SEEN_EVERY = timedelta(minutes=5)
# Failures that are let pass for one account from one place, for one account from anywhere, and from one place for all
# accounts. The last two are wider: many people sit behind one address, and a stranger is not to lock somebody out.
_WINDOW = timedelta(minutes=15)
_OWNER_BITS = 64
_MOST_HERE, _MOST_ANYWHERE, _MOST_FROM_PLACE = 5, 50, 50


@dataclass(frozen=True)
class SignedIn:
    """A session that has just begun.

    Attributes:
        token: the secret that the browser keeps; the only copy.
        user: who signed in.
    """

    token: str = field(repr=False)
    user: User


@open_to_anybody
def sign_in(workspace: Workspace, email: str, password: str, place: str) -> SignedIn:
    """Begin a session by e-mail address and password. Takes as long, and says the same, whatever was wrong.

    Args:
        place: the network address that asks, for counting failures.

    Raises:
        SignInFailed: there is no such account, it is disabled, or the password is another one.
        TooManySignIns: too many sign-ins failed lately, for this account or from this place.
    """
    clean = email.strip().casefold()
    counted = _count_attempt(workspace, clean, place)
    with workspace.database.read() as connection:
        user = users.find_by_email(connection, clean)
        kept = None if user is None else users.password_hash(connection, user.id)
    is_right = is_password(password, kept)
    if user is None or user.is_disabled or not is_right:
        _note_failure(workspace, user)
        raise SignInFailed(_("This e-mail address and this password do not go together."))
    with workspace.database.write() as connection:
        sessions.forget_failures(connection, counted, _keys(clean, place)[0])
        return _begin(connection, workspace, user, by="password")


@open_to_anybody
def name_of_link(workspace: Workspace, token: str) -> str:
    """Whose one-time link it is; the link still works afterwards.

    Raises:
        SignInFailed: it works no more, or never did.
    """
    with workspace.database.read() as connection:
        user_id = sessions.find_one_time_token(connection, token_hash(token), utc_now())
        user = None if user_id is None else users.get_user(connection, user_id)
    if user is None or user.is_disabled:
        raise _no_link()
    return user.name


@open_to_anybody
def sign_in_by_link(workspace: Workspace, token: str, password: str) -> SignedIn:
    """Use up a one-time link: set the password, and begin a session.

    Raises:
        SignInFailed: the link works no more, or never did.
        InvalidInput: the password is too short or too long; the link still works.
    """
    name_of_link(workspace, token)  # before a hash is made for whoever asks
    hashed = hash_password(password)
    now = utc_now()
    with workspace.database.write() as connection:
        user_id = sessions.use_one_time_token(connection, token_hash(token), now)
        user = None if user_id is None else users.get_user(connection, user_id)
        if user is None or user.is_disabled:
            raise _no_link()
        users.change_user(connection, user.id, password_hash=hashed)
        sessions.revoke_sessions(connection, user.id, now)
        return _begin(connection, workspace, user, by="link")


@open_to_anybody
def sign_in_by_provider(workspace: Workspace, identity: Identity) -> SignedIn:
    """Begin a session for whom a provider vouches; found by the provider's name for them, at first by e-mail address.

    Raises:
        SignInFailed: there is no account for them, it is disabled, or the provider has not verified the address.
    """
    with workspace.database.write() as connection:
        user = users.find_by_subject(connection, identity.issuer, identity.subject)
        if user is None and identity.is_verified and identity.email:
            by_email = users.find_by_email(connection, identity.email)
            # An account that is tied to one name of a provider is not given to another one with the same address.
            if by_email is not None and by_email.issuer is None:
                users.change_user(connection, by_email.id, issuer=identity.issuer, subject=identity.subject)
                user = by_email
        if user is not None and not user.is_disabled:
            return _begin(connection, workspace, user, by="provider")
    raise SignInFailed(_("There is no account for {email!r} here; ask an admin for one.", email=identity.email))


@open_to_anybody
def sign_out(workspace: Workspace, token: str) -> None:
    """End a session; nothing happens where there is none."""
    with workspace.database.write() as connection:
        user_id = sessions.revoke_session(connection, token_hash(token), utc_now())
        user = None if user_id is None else users.get_user(connection, user_id)
        if user is not None:
            note(connection, workspace.acting_as(user.actor()), AuditAction.SIGN_OUT)


@open_to_anybody
def actor_of(workspace: Workspace, token: str) -> Actor:
    """Who acts in a session, with the rights they have now; nobody where it has ended."""
    now, hashed = utc_now(), token_hash(token)
    with workspace.database.read() as connection:
        user = sessions.user_of_session(connection, hashed, now, IDLE)
    if user is None:
        return NOBODY
    if user.seen_at is not None and now - user.seen_at > _SEEN_EVERY:
        with workspace.database.write() as connection:
            sessions.touch_session(connection, hashed, now)
    return user.actor()


@needs_sign_in
def change_password(workspace: Workspace, old: str, new: str) -> None:
    """Give the acting user another password, and end all their sessions.

    Raises:
        InvalidUser: the acting user has no account.
        SignInFailed: the old password is another one.
        TooManySignIns: too many old passwords were wrong lately.
        InvalidInput: the new one is too short or too long.
    """
    user_id = workspace.actor.user_id
    if user_id is None:
        raise InvalidUser(_("Only users with an account have a password."))
    # Who has found an open browser is not to find the password by trying.
    counted = _count_attempt(workspace, f"user {user_id}", "")
    with workspace.database.read() as connection:
        kept = users.password_hash(connection, user_id)
    if not is_password(old, kept):
        raise SignInFailed(_("The old password is not right."))
    hashed = hash_password(new)
    with workspace.database.write() as connection:
        sessions.forget_failures(connection, counted, _keys(f"user {user_id}", "")[0])
        users.change_user(connection, user_id, password_hash=hashed)
        sessions.revoke_sessions(connection, user_id, utc_now())
        note(connection, workspace, AuditAction.USER_CHANGED, user=workspace.actor.name, change="password")


@needs_sign_in
def sign_out_everywhere(workspace: Workspace) -> None:
    """End all sessions of the acting user, in every browser."""
    user_id = workspace.actor.user_id
    if user_id is None:
        return
    with workspace.database.write() as connection:
        sessions.revoke_sessions(connection, user_id, utc_now())
        note(connection, workspace, AuditAction.SIGN_OUT, everywhere=True)


def _begin(connection: Connection, workspace: Workspace, user: User, by: str) -> SignedIn:
    """A session always has a token that was never seen before, so nobody can prepare one for somebody else."""
    token, now = new_token(), utc_now()
    sessions.add_session(connection, user.id, token_hash(token), now, now + SESSION)
    note(connection, workspace.acting_as(user.actor()), AuditAction.SIGN_IN, by=by)
    return SignedIn(token, user)


def _count_attempt(workspace: Workspace, email: str, place: str) -> list[int]:
    """Count an attempt as a failure before it is looked at, so that many at once count too; returns what to take back.

    It is counted for accounts that there are and for others, so that the count tells nobody which there are.
    """
    keys, now = _keys(email, place), utc_now()
    most = dict(zip(keys, (_MOST_HERE, _MOST_ANYWHERE, _MOST_FROM_PLACE), strict=True))
    with workspace.database.write() as connection:
        sessions.lock_failures(connection)
        counts = sessions.count_failures(connection, keys, now - _WINDOW)
        if any(counts.get(key, 0) >= most[key] for key in keys):
            minutes = ceil(_WINDOW.total_seconds() / 60)
            raise TooManySignIns(_("Too many sign-ins have failed; try again in {minutes} minutes.", minutes=minutes))
        return sessions.add_failures(connection, keys, now, now - _WINDOW)


def _note_failure(workspace: Workspace, user: User | None) -> None:
    actor = NOBODY if user is None else user.actor()
    with workspace.database.write() as connection:
        note(connection, workspace.acting_as(actor), AuditAction.SIGN_IN_FAILED)


def _keys(email: str, place: str) -> tuple[bytes, bytes, bytes]:
    network = _network(place)
    return token_hash(f"both {email} {network}"), token_hash(f"account {email}"), token_hash(f"place {network}")


def _network(place: str) -> str:
    """An address; of the newer kind, whose owners have billions each, the part that stands for one owner."""
    try:
        address = ip_address(place)
    except ValueError:
        return place
    return place if address.version == 4 else str(ip_network((address, _OWNER_BITS), strict=False))


def _no_link() -> SignInFailed:
    return SignInFailed(_("This link works no more; ask an admin for a new one."))

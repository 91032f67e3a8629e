"""Sessions of signed-in users, links that work once, and sign-ins that failed. Only hashes of tokens are kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, text, update

from lamm_core.accounts import TokenPurpose, User
from lamm_core.storage import users
from lamm_core.storage.tables import annotator
from lamm_core.storage.team_tables import failed_sign_in, one_time_token, user_account, user_session


def add_session(connection: Connection, user_id: int, token: bytes, now: datetime, until: datetime) -> None:
    """Store a session, and forget those that have ended by themselves."""
    connection.execute(delete(user_session).where(user_session.c.user_id == user_id, user_session.c.expires_at < now))
    row = {"user_id": user_id, "token_hash": token, "created_at": now, "seen_at": now, "expires_at": until}
    connection.execute(insert(user_session).values(**row))


def user_of_session(connection: Connection, token: bytes, now: datetime, idle: timedelta) -> User | None:
    """Whose session it is; None for one that has ended, was revoked or not used for `idle`, or of a disabled user."""
    query = (
        select(user_account, annotator.c.name, user_session.c.seen_at)
        .join(user_account, user_account.c.id == user_session.c.user_id)
        .join(annotator, annotator.c.id == user_account.c.annotator_id)
        .where(
            user_session.c.token_hash == token,
            user_session.c.revoked_at.is_(None),
            user_session.c.expires_at > now,
            user_session.c.seen_at > now - idle,
            user_account.c.disabled_at.is_(None),
        )
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else users.user_of(row, users.roles_of(connection, row["id"]))


def touch_session(connection: Connection, token: bytes, now: datetime) -> None:
    """Write down that a session is in use."""
    connection.execute(update(user_session).where(user_session.c.token_hash == token).values(seen_at=now))


def revoke_session(connection: Connection, token: bytes, now: datetime) -> int | None:
    """End a session; returns whose it was."""
    ended = update(user_session).where(user_session.c.token_hash == token, user_session.c.revoked_at.is_(None))
    return connection.execute(ended.values(revoked_at=now).returning(user_session.c.user_id)).scalar_one_or_none()


def revoke_sessions(connection: Connection, user_id: int, now: datetime) -> None:
    """End all sessions of a user, and the links they were given."""
    connection.execute(
        update(user_session)
        .where(user_session.c.user_id == user_id, user_session.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    connection.execute(
        update(one_time_token)
        .where(one_time_token.c.user_id == user_id, one_time_token.c.used_at.is_(None))
        .values(used_at=now)
    )


def add_one_time_token(
    connection: Connection, user_id: int, purpose: TokenPurpose, token: bytes, now: datetime, until: datetime
) -> None:
    """Store a link that works once."""
    connection.execute(
        insert(one_time_token).values(
            user_id=user_id, purpose=purpose.value, token_hash=token, created_at=now, expires_at=until
        )
    )


def find_one_time_token(connection: Connection, token: bytes, now: datetime) -> int | None:
    """Whose link it is, if it still works."""
    query = select(one_time_token.c.user_id).where(
        one_time_token.c.token_hash == token, one_time_token.c.used_at.is_(None), one_time_token.c.expires_at > now
    )
    return connection.execute(query).scalar_one_or_none()


def use_one_time_token(connection: Connection, token: bytes, now: datetime) -> int | None:
    """Use up a link; returns whose it was, None if it works no more. Of two at once, one gets it."""
    used = update(one_time_token).where(
        one_time_token.c.token_hash == token, one_time_token.c.used_at.is_(None), one_time_token.c.expires_at > now
    )
    return connection.execute(used.values(used_at=now).returning(one_time_token.c.user_id)).scalar_one_or_none()


def add_failures(connection: Connection, keys: Sequence[bytes], now: datetime, since: datetime) -> list[int]:
    """Write down a sign-in that failed, under each of its keys, and forget those before `since`; returns their ids."""
    connection.execute(delete(failed_sign_in).where(failed_sign_in.c.at < since))
    new = insert(failed_sign_in).returning(failed_sign_in.c.id)
    return list(connection.execute(new, [{"key_hash": key, "at": now} for key in keys]).scalars())


def lock_failures(connection: Connection) -> None:
    """Let sign-ins follow each other until the transaction ends, so that each is counted before the next is."""
    if connection.dialect.name == "postgresql":  # elsewhere there is one writer at a time
        connection.execute(text("LOCK TABLE failed_sign_in IN SHARE ROW EXCLUSIVE MODE"))


def count_failures(connection: Connection, keys: Sequence[bytes], since: datetime) -> dict[bytes, int]:
    """Key to how many sign-ins failed under it since then."""
    query = (
        select(failed_sign_in.c.key_hash, func.count())
        .where(failed_sign_in.c.key_hash.in_(keys), failed_sign_in.c.at >= since)
        .group_by(failed_sign_in.c.key_hash)
    )
    return {bytes(key): count for key, count in connection.execute(query)}


def forget_failures(connection: Connection, ids: Sequence[int], key: bytes) -> None:
    """After a sign-in that went well: take these back, and all under this key."""
    mistaken = failed_sign_in.c.id.in_(ids) | (failed_sign_in.c.key_hash == key)
    connection.execute(delete(failed_sign_in).where(mistaken))

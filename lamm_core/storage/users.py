"""Accounts, and what each is in which project."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping

from lamm_core.accounts import User
from lamm_core.actors import Role
from lamm_core.storage.tables import annotator
from lamm_core.storage.team_tables import membership, user_account, user_session

_SEEN = select(func.max(user_session.c.seen_at)).where(user_session.c.user_id == user_account.c.id).scalar_subquery()
_USERS = select(user_account, annotator.c.name, _SEEN.label("seen_at")).join(
    annotator, annotator.c.id == user_account.c.annotator_id
)


def exist(connection: Connection) -> bool:
    """Whether there is any account."""
    return connection.execute(select(user_account.c.id).limit(1)).first() is not None


def add_user(connection: Connection, annotator_id: int, email: str, *, is_admin: bool, now: datetime) -> int:
    """Store an account that nobody can sign in with yet; returns its id."""
    new = insert(user_account).values(annotator_id=annotator_id, email=email, is_admin=is_admin, created_at=now)
    return int(connection.execute(new.returning(user_account.c.id)).scalar_one())


def list_users(connection: Connection) -> list[User]:
    """All users, by name."""
    return _found(connection, None)


def get_user(connection: Connection, user_id: int) -> User | None:
    """The user of that number."""
    return next(iter(_found(connection, user_account.c.id == user_id)), None)


def find_by_email(connection: Connection, email: str) -> User | None:
    """The user of that e-mail address, in lower case."""
    return next(iter(_found(connection, user_account.c.email == email)), None)


def find_by_annotator(connection: Connection, annotator_id: int) -> User | None:
    """The user whose labels are stored under that annotator."""
    return next(iter(_found(connection, user_account.c.annotator_id == annotator_id)), None)


def find_by_subject(connection: Connection, issuer: str, subject: str) -> User | None:
    """The user that a provider knows under that name."""
    same = (user_account.c.issuer == issuer) & (user_account.c.subject == subject)
    return next(iter(_found(connection, same)), None)


def password_hash(connection: Connection, user_id: int) -> str | None:
    """What is kept of a user's password."""
    query = select(user_account.c.password_hash).where(user_account.c.id == user_id)
    return connection.execute(query).scalar_one_or_none()


def change_user(connection: Connection, user_id: int, **values: Any) -> None:
    """Set columns of an account."""
    connection.execute(update(user_account).where(user_account.c.id == user_id).values(**values))


def lock_admins(connection: Connection) -> set[int]:
    """Ids of the admins who can sign in; held until the transaction ends, so that one always stays."""
    able = select(user_account.c.id).where(
        user_account.c.is_admin,
        user_account.c.disabled_at.is_(None),
        user_account.c.password_hash.is_not(None) | user_account.c.issuer.is_not(None),
    )
    return set(connection.execute(able.with_for_update()).scalars())


def set_role(connection: Connection, project_id: int, user_id: int, role: Role | None) -> None:
    """Say what a user is in a project; nothing for None."""
    here = (membership.c.project_id == project_id) & (membership.c.user_id == user_id)
    connection.execute(delete(membership).where(here))
    if role is not None:
        connection.execute(insert(membership).values(project_id=project_id, user_id=user_id, role=role.value))


def roles_of(connection: Connection, user_id: int) -> dict[int, Role]:
    """Id of a project to what a user is in it."""
    return _roles(connection, membership.c.user_id == user_id).get(user_id, {})


def user_of(row: RowMapping, roles: Mapping[int, Role]) -> User:
    """The user of a row of accounts with the annotator's name."""
    return User(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        annotator_id=row["annotator_id"],
        is_admin=row["is_admin"],
        has_password=row["password_hash"] is not None,
        issuer=row["issuer"],
        is_disabled=row["disabled_at"] is not None,
        created_at=row["created_at"],
        seen_at=row.get("seen_at"),
        roles=roles,
    )


def _found(connection: Connection, condition: ColumnElement[bool] | None) -> list[User]:
    query = _USERS if condition is None else _USERS.where(condition)
    rows = connection.execute(query.order_by(func.lower(annotator.c.name))).mappings().all()
    wanted = None if condition is None else membership.c.user_id.in_([row["id"] for row in rows])
    roles = _roles(connection, wanted)
    return [user_of(row, roles.get(row["id"], {})) for row in rows]


def _roles(connection: Connection, condition: ColumnElement[bool] | None) -> dict[int, dict[int, Role]]:
    query = select(membership.c.user_id, membership.c.project_id, membership.c.role)
    found: dict[int, dict[int, Role]] = defaultdict(dict)
    for row in connection.execute(query if condition is None else query.where(condition)):
        found[row.user_id][row.project_id] = Role(row.role)
    return dict(found)

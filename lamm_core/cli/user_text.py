"""How accounts are shown and roles are read on the command line."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from lamm_core.accounts import User
from lamm_core.actors import Role
from lamm_core.cli.tables import new_table
from lamm_core.errors import InvalidUser
from lamm_core.records import Project
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.workspace import Workspace


def parse_role(workspace: Workspace, text: str, none: str | None = None) -> tuple[Project, Role | None]:
    """The project and the role of PROJECT=ROLE.

    Args:
        none: the word that stands for no role, where that is allowed.

    Raises:
        InvalidUser: there is no such role.
        UnknownProject: there is no such project.
    """
    name, _, role = text.rpartition("=")
    known = [each.value for each in Role]
    if role not in known and (none is None or role != none):
        words = ", ".join([*known, none] if none else known)
        raise InvalidUser(f"There is no role {role!r}; there are: {words}. Write PROJECT=ROLE.")
    return get_project(workspace, name), None if role == none else Role(role)


def link_text(name: str, address: str) -> str:
    """What an admin passes on to a user."""
    return f"{name} chooses a password here; the link works once, keep it to the two of you:\n{address}"


def user_record(user: User, projects: Mapping[int, str]) -> dict[str, object]:
    """An account, as every command of `lamm user` writes it with `--json`.

    Args:
        projects: id of a project to its name.
    """
    return {
        "name": user.name,
        "email": user.email,
        "admin": user.is_admin,
        "disabled": user.is_disabled,
        "signs_in_by": _way(user),
        "created_at": user.created_at,
        "seen_at": user.seen_at,
        "roles": {projects[id_]: role for id_, role in user.roles.items() if id_ in projects},
    }


def users_table(users: Sequence[User], projects: Mapping[int, str]) -> Table:
    """Accounts as a table."""
    table = new_table()
    for column in ("Name", "E-mail", "Signs in by", "Last seen (UTC)", "Roles"):
        table.add_column(column)
    for each in users:
        roles = [f"{projects[id_]}: {role.value}" for id_, role in each.roles.items() if id_ in projects]
        told = (["admin of everything"] if each.is_admin else []) + roles
        seen = f"{each.seen_at:%Y-%m-%d %H:%M}" if each.seen_at else ""
        table.add_row(each.name, each.email, "disabled" if each.is_disabled else _way(each), seen, ", ".join(told))
    return table


def _way(user: User) -> str:
    if user.issuer:
        return "provider"
    return "password" if user.has_password else "link not used yet"

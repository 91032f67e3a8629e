"""`lamm user`: who may sign in, and what they are in which project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.actors import Role
from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import console, open_data

if TYPE_CHECKING:
    from lamm_core.accounts import User
    from lamm_core.workflow.workspace import Workspace

user_app = typer.Typer(
    help="Add users and their roles. The first account, an admin's, makes everybody sign in.", no_args_is_help=True
)

_EMAIL = typer.Argument(metavar="EMAIL", help="E-mail address that the user signs in with.")


@user_app.command("add")
def add_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name under which labels are stored.")],
    email: Annotated[str, _EMAIL],
    admin: Annotated[
        bool, typer.Option("--admin", metavar="", help="Every right, in every project and over all accounts.")
    ] = False,
    role: Annotated[
        list[str] | None,
        typer.Option(metavar="PROJECT=ROLE", help="A role in a project; may be repeated. See `lamm user role`."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make an account, and show the link by which its owner chooses a password. The link works once."""
    from lamm_core.cli.user_text import parse_role
    from lamm_core.workflow.users import add_user, set_role

    with open_data(context) as workspace:
        roles = [parse_role(workspace, each) for each in role or []]  # before the account is made
        add_user(workspace, name, email, is_admin=admin)
        for project, given in roles:
            set_role(workspace, project, email, given)
        _tell_link(workspace, email, as_json=as_json)


@user_app.command("list")
def list_command(
    context: typer.Context,
    as_json: AsJson = False,
) -> None:
    """List the accounts, with their roles."""
    from lamm_core.cli.user_text import user_record, users_table
    from lamm_core.workflow.users import list_users

    with open_data(context) as workspace:
        found, names = list_users(workspace), _project_names(workspace)
    if as_json:
        print_json([user_record(each, names) for each in found])
    elif found:
        console().print(users_table(found, names))
    else:
        typer.echo("There are no accounts: LAMM serves one person, on this computer.")


@user_app.command("role")
def role_command(
    context: typer.Context,
    email: Annotated[str, _EMAIL],
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    role: Annotated[str, typer.Argument(metavar="ROLE", help="annotator, manager, admin; or none, to take it away.")],
    as_json: AsJson = False,
) -> None:
    """Say what a user is in a project: annotators label, managers see and steer, admins set it up."""
    from lamm_core.cli.user_text import parse_role
    from lamm_core.workflow.users import set_role

    with open_data(context) as workspace:
        found, given = parse_role(workspace, f"{project}={role}", none="none")
        user = set_role(workspace, found, email, given)
        said = f"{user.name} is {'no longer in' if given is None else f'{_an(given)} of'} {found.name}."
        _tell(workspace, user, said, as_json=as_json)


@user_app.command("admin")
def admin_command(
    context: typer.Context,
    email: Annotated[str, _EMAIL],
    no: Annotated[bool, typer.Option("--no", metavar="", help="Take the right away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a user an admin of everything, or no longer."""
    from lamm_core.workflow.users import set_admin

    with open_data(context) as workspace:
        user = set_admin(workspace, email, is_admin=not no)
        _tell(workspace, user, f"{user.name} is {'no longer an' if no else 'an'} admin.", as_json=as_json)


@user_app.command("disable")
def disable_command(context: typer.Context, email: Annotated[str, _EMAIL], as_json: AsJson = False) -> None:
    """Keep a user from signing in, and end their sessions. Their labels stay."""
    from lamm_core.workflow.users import set_disabled

    with open_data(context) as workspace:
        user = set_disabled(workspace, email, is_disabled=True)
        _tell(workspace, user, f"{user.name} cannot sign in any more.", as_json=as_json)


@user_app.command("enable")
def enable_command(context: typer.Context, email: Annotated[str, _EMAIL], as_json: AsJson = False) -> None:
    """Let a disabled user sign in again."""
    from lamm_core.workflow.users import set_disabled

    with open_data(context) as workspace:
        user = set_disabled(workspace, email, is_disabled=False)
        _tell(workspace, user, f"{user.name} can sign in again.", as_json=as_json)


@user_app.command("reset")
def reset_command(context: typer.Context, email: Annotated[str, _EMAIL], as_json: AsJson = False) -> None:
    """End a user's password, sessions and links, and show a new link, which works once."""
    with open_data(context) as workspace:
        _tell_link(workspace, email, as_json=as_json)


def _tell_link(workspace: Workspace, email: str, *, as_json: bool) -> None:
    """Make the one link that works from now on, and show it."""
    from lamm_core.cli.user_text import link_text
    from lamm_core.workflow.serving import link_address
    from lamm_core.workflow.users import find_user, new_link

    address = link_address(workspace.settings.public_url, new_link(workspace, email))
    user = find_user(workspace, email)
    _tell(workspace, user, link_text(user.name, address), as_json=as_json, link=address)


def _tell(workspace: Workspace, user: User, said: str, *, as_json: bool, **more: object) -> None:
    """Say what became of a user, or write the account as it is now, with more keys where there are some."""
    from lamm_core.cli.user_text import user_record

    if as_json:
        print_json(user_record(user, _project_names(workspace)) | more)
    else:
        typer.echo(said)


def _project_names(workspace: Workspace) -> dict[int, str]:
    from lamm_core.workflow.projects import list_projects

    return {each.id: each.name for each in list_projects(workspace)}


def _an(role: Role) -> str:
    return f"{'an' if role is not Role.MANAGER else 'a'} {role.value}"

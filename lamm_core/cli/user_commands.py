"""`lamm user`: who may sign in, and what they are in which project."""

import json
from typing import Annotated

import typer

from lamm_core.actors import Role
from lamm_core.cli.shell import console, open_data

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
) -> None:
    """Make an account, and show the link by which its owner chooses a password. The link works once."""
    from lamm_core.cli.user_text import link_text, parse_role
    from lamm_core.workflow.users import add_user, new_link, set_role

    with open_data(context) as workspace:
        roles = [parse_role(workspace, each) for each in role or []]  # before the account is made
        user = add_user(workspace, name, email, is_admin=admin)
        for project, given in roles:
            set_role(workspace, project, email, given)
        typer.echo(link_text(workspace, user.name, new_link(workspace, email)))


@user_app.command("list")
def list_command(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", metavar="", help="A JSON list instead of a table.")] = False,
) -> None:
    """List the accounts, with their roles."""
    from lamm_core.workflow.projects import list_projects
    from lamm_core.workflow.users import list_users

    with open_data(context) as workspace:
        found = list_users(workspace)
        names = {each.id: each.name for each in list_projects(workspace)}

    from lamm_core.cli.user_text import users_record, users_table

    if as_json:
        typer.echo(json.dumps(users_record(found, names), indent=2, allow_nan=False))
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
) -> None:
    """Say what a user is in a project: annotators label, managers see and steer, admins set it up."""
    from lamm_core.cli.user_text import parse_role
    from lamm_core.workflow.users import set_role

    with open_data(context) as workspace:
        found, given = parse_role(workspace, f"{project}={role}", none="none")
        user = set_role(workspace, found, email, given)
    typer.echo(f"{user.name} is {'no longer in' if given is None else f'{_an(given)} of'} {found.name}.")


@user_app.command("admin")
def admin_command(
    context: typer.Context,
    email: Annotated[str, _EMAIL],
    no: Annotated[bool, typer.Option("--no", metavar="", help="Take the right away.")] = False,
) -> None:
    """Make a user an admin of everything, or no longer."""
    from lamm_core.workflow.users import set_admin

    with open_data(context) as workspace:
        user = set_admin(workspace, email, is_admin=not no)
    typer.echo(f"{user.name} is {'no longer an' if no else 'an'} admin.")


@user_app.command("disable")
def disable_command(context: typer.Context, email: Annotated[str, _EMAIL]) -> None:
    """Keep a user from signing in, and end their sessions. Their labels stay."""
    from lamm_core.workflow.users import set_disabled

    with open_data(context) as workspace:
        user = set_disabled(workspace, email, is_disabled=True)
    typer.echo(f"{user.name} cannot sign in any more.")


@user_app.command("enable")
def enable_command(context: typer.Context, email: Annotated[str, _EMAIL]) -> None:
    """Let a disabled user sign in again."""
    from lamm_core.workflow.users import set_disabled

    with open_data(context) as workspace:
        user = set_disabled(workspace, email, is_disabled=False)
    typer.echo(f"{user.name} can sign in again.")


@user_app.command("reset")
def reset_command(context: typer.Context, email: Annotated[str, _EMAIL]) -> None:
    """End a user's password, sessions and links, and show a new link, which works once."""
    from lamm_core.cli.user_text import link_text
    from lamm_core.workflow.users import find_user, new_link

    with open_data(context) as workspace:
        name = find_user(workspace, email).name
        typer.echo(link_text(workspace, name, new_link(workspace, email)))


def _an(role: Role) -> str:
    return f"{'an' if role is not Role.MANAGER else 'a'} {role.value}"

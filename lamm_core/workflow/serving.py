"""Who can reach the app, and the one person who uses it where there are no accounts."""

import ipaddress
from urllib.parse import urlencode, urlsplit

from lamm_core.errors import NotAllowed
from lamm_core.storage import installation
from lamm_core.words import translate as _
from lamm_core.workflow.projects import clean_annotator_name
from lamm_core.workflow.rights import needs_admin, open_to_anybody
from lamm_core.workflow.users import has_accounts
from lamm_core.workflow.workspace import Workspace

# Where one-time links lead.
LINK = "/welcome"
_LOCAL_URL = "http://127.0.0.1:8501"
_LOCAL_NAME = "local name"


@needs_admin
def local_name(workspace: Workspace) -> str | None:
    """Under which name labels are stored where nobody signs in; None until somebody said."""
    with workspace.database.read() as connection:
        return installation.get_value(connection, _LOCAL_NAME)


@needs_admin
def set_local_name(workspace: Workspace, name: str) -> str:
    """Say under which name labels are stored where nobody signs in; returns it as stored.

    Raises:
        InvalidProject: it is empty or too long.
    """
    clean = clean_annotator_name(name)
    with workspace.database.write() as connection:
        installation.set_value(connection, _LOCAL_NAME, clean)
    return clean


def link_address(public_url: str, token: str) -> str:
    """The address of a one-time link.

    Args:
        public_url: under which address people open the app; empty where they do so on this computer.
    """
    return f"{public_url or _LOCAL_URL}{LINK}?{urlencode({'token': token})}"


@open_to_anybody
def check_address(workspace: Workspace, address: str) -> None:
    """Raise NotAllowed if other computers could reach the app, and nobody would have to sign in.

    A proxy reaches it at an address of this computer, so the public address counts too.

    Args:
        address: name or number of a network interface; empty for all.
    """
    public = urlsplit(workspace.settings.public_url).hostname
    is_closed = is_of_this_computer(address) and (public is None or is_of_this_computer(public))
    if not is_closed and not has_accounts(workspace):
        raise NotAllowed(
            _(
                "LAMM has no accounts yet, so everybody who reaches {address} could do everything. Make an admin "
                "first, with: lamm user add NAME EMAIL --admin. Or serve this computer only, at 127.0.0.1.",
                address=public or address or "0.0.0.0",  # noqa: S104 - named, not bound
            )
        )


def is_of_this_computer(address: str) -> bool:
    """Whether only programs of this computer reach what is served at an address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False

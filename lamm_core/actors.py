"""Who does something, and what they may do."""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Role(StrEnum):
    """What a user is in a project; each may do what those before it may."""

    ANNOTATOR = "annotator"
    MANAGER = "manager"
    ADMIN = "admin"

    def covers(self, other: "Role") -> bool:
        """Whether who has this role may do what the other one may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


@dataclass(frozen=True)
class Actor:
    """Whoever a workflow call acts for.

    Attributes:
        name: what the trail of what was done calls them.
        user_id: their account; None for who has none.
        annotator_id: the annotator that their labels are stored under; None for who has no account.
        is_admin: every right, in every project and over all accounts.
        is_operator: whoever runs LAMM on this machine and can open its data anyway, by the command line or without
            accounts; may label under any name.
        roles: what they are in which project (id of the project to role).
    """

    name: str
    user_id: int | None = None
    annotator_id: int | None = None
    is_admin: bool = False
    is_operator: bool = False
    roles: Mapping[int, Role] = field(default_factory=dict)

    @property
    def is_nobody(self) -> bool:
        """Whether nobody is signed in."""
        return self.user_id is None and not self.is_operator

    @property
    def leads(self) -> bool:
        """Whether they have every right."""
        return self.is_admin or self.is_operator

    @property
    def manages(self) -> bool:
        """Whether they manage some project."""
        return self.leads or any(role.covers(Role.MANAGER) for role in self.roles.values())

    def has(self, role: Role, project_id: int) -> bool:
        """Whether they may do in a project what that role may."""
        if self.leads:
            return True
        mine = self.roles.get(project_id)
        return mine is not None and mine.covers(role)

    def sees(self, project_id: int) -> bool:
        """Whether they have to do with a project at all; to others it does not exist."""
        return self.has(Role.ANNOTATOR, project_id)

    def is_annotator(self, annotator_id: int) -> bool:
        """Whether labels may be stored under that annotator in their name."""
        return self.is_operator or annotator_id == self.annotator_id


OPERATOR = Actor("operator", is_operator=True)
ITSELF = Actor("LAMM", is_operator=True)
NOBODY = Actor("nobody")


def operator_at(place: str) -> Actor:
    """The operator as the trail calls them: the name of who runs the process, and where, such as `command line`."""
    try:
        return replace(OPERATOR, name=f"{getpass.getuser()} ({place})")
    except (KeyError, OSError):  # no entry in the user database, as in some containers
        return replace(OPERATOR, name=place)

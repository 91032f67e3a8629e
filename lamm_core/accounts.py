"""The records of accounts: who may sign in, and how they did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lamm_core.actors import Actor, Role


class TokenPurpose(StrEnum):
    """What a one-time link is for."""

    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True)
class User:
    """Somebody with an account.

    Attributes:
        id: number of the account.
        name: under which their labels are stored; also the name of the annotator.
        email: what they sign in with, in lower case.
        annotator_id: the annotator of that name.
        is_admin: has every right, in every project and over all accounts.
        has_password: signs in by a password; before that, by a one-time link only.
        issuer: the provider they sign in by; None where they never did.
        is_disabled: may not sign in.
        created_at: when the account was made.
        seen_at: when they were last here; None for never.
        roles: id of a project to what they are in it.
    """

    id: int
    name: str
    email: str
    annotator_id: int
    is_admin: bool
    has_password: bool
    issuer: str | None
    is_disabled: bool
    created_at: datetime
    seen_at: datetime | None = None
    roles: Mapping[int, Role] = field(default_factory=dict)

    def actor(self) -> Actor:
        """This user, acting."""
        return Actor(self.name, self.id, self.annotator_id, is_admin=self.is_admin, roles=self.roles)


@dataclass(frozen=True)
class Identity:
    """Who a provider says that somebody is.

    Attributes:
        issuer: the provider's address.
        subject: the provider's name for the person, which never changes.
        email: in lower case; empty where the provider gives none.
        is_verified: the provider has made sure that the address is theirs.
    """

    issuer: str
    subject: str
    email: str
    is_verified: bool

"""What is asked of a way to sign in by an OIDC provider; the pages have one, which is Streamlit's."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from lamm_core.accounts import Identity


class Provider(Protocol):
    """Signs people in elsewhere, and remembers in a cookie of its own who came back."""

    def names(self) -> Sequence[str]:
        """Names of the providers that are set up; none where nobody set one up."""

    def address(self, name: str) -> str:
        """Where somebody is sent to sign in by the provider of that name."""

    def identity(self, cookies: Mapping[str, str]) -> Identity | None:
        """Who came back from a provider, by the cookies of a request."""

    def cookies(self, cookies: Mapping[str, str]) -> Iterable[str]:
        """Names of the cookies in which that is remembered, to be forgotten once a session has begun."""


class NoProvider:
    """Where nobody signs in by a provider."""

    def names(self) -> Sequence[str]:
        """None."""
        return ()

    def address(self, name: str) -> str:
        """Nowhere: no name is known."""
        raise KeyError(name)

    def identity(self, cookies: Mapping[str, str]) -> Identity | None:
        """Nobody."""
        return None

    def cookies(self, cookies: Mapping[str, str]) -> Iterable[str]:
        """None."""
        return ()

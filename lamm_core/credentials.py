"""Passwords and tokens: what a person holds, and the little that is kept of it."""

import secrets
import threading
from functools import cache
from hashlib import sha256

from pwdlib import PasswordHash

from lamm_core.errors import InvalidInput
from lamm_core.words import translate as _

LEAST_CHARACTERS, MOST_CHARACTERS = 10, 200
_TOKEN_BYTES = 32
# A hash takes 64 MB for a twentieth of a second; many at once would take the memory of the server.
_AT_ONCE = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """What is kept of a password: an Argon2id hash with a salt of its own.

    Raises:
        InvalidInput: it is too short to be safe, or too long.
    """
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise InvalidInput(
            _(
                "A password has {least} to {most} characters; this one has {length}.",
                least=LEAST_CHARACTERS,
                most=MOST_CHARACTERS,
                length=len(password),
            )
        )
    with _AT_ONCE:
        return _hasher().hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was hashed; takes as long where nothing was kept, so that nobody can tell."""
    with _AT_ONCE:
        is_right = _hasher().verify(password[: MOST_CHARACTERS + 1], kept or _hash_of_nobody())
    return is_right and kept is not None


def new_token() -> str:
    """A secret of 256 bits that fits into addresses and cookies."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is kept of a token, (32,) bytes. Tokens are random and long, so a quick hash is enough."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(_TOKEN_BYTES))

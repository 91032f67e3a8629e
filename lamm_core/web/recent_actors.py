"""Who acts in which session, as it was a moment ago, so that not every request asks the database."""

import threading
import time
from collections.abc import Callable

from lamm_core.actors import NOBODY, OPERATOR, Actor
from lamm_core.workflow.signing_in import actor_of
from lamm_core.workflow.users import has_accounts
from lamm_core.workflow.workspace import Workspace

# As long as somebody who was signed out, disabled or given another role may go on as before.
_SECONDS = 1.0
_MOST = 10_000


class RecentActors:
    """Finds who acts; safe to share between threads.

    Args:
        clock: gives the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, Actor]] = {}
        self._has_accounts = False
        self._without_until = float("-inf")

    def known(self, token: str | None) -> Actor | None:
        """Who acts, if that is known without asking the database; `find` asks."""
        now = self._clock()
        with self._lock:
            if not self._has_accounts:
                return OPERATOR if now < self._without_until else None
            if token is None:
                return NOBODY
            until, actor = self._found.get(token, (now, NOBODY))
        return actor if now < until else None

    def find(self, workspace: Workspace, token: str | None) -> Actor:
        """Who acts, as it is now or was up to a second ago: the operator where there are no accounts."""
        known = self.known(token)
        if known is not None:
            return known
        if not self._has_accounts:
            with_accounts = has_accounts(workspace)
            with self._lock:
                self._has_accounts = with_accounts
                self._without_until = self._clock() + _SECONDS
            if not with_accounts:
                return OPERATOR
        actor = NOBODY if token is None else actor_of(workspace, token)
        with self._lock:
            # What strangers make up is not kept: it would fill the memory.
            if token is not None and not actor.is_nobody:
                if len(self._found) >= _MOST:
                    self._found.clear()
                self._found[token] = self._clock() + _SECONDS, actor
        return actor

    def forget(self, token: str) -> None:
        """After a sign-out in this process, which counts at once."""
        with self._lock:
            self._found.pop(token, None)

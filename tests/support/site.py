"""The app's addresses behind its door, without the pages."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from lamm_core.web.door import Door
from lamm_core.web.provider import NoProvider, Provider
from lamm_core.web.recent_actors import RecentActors
from lamm_core.web.routes import routes
from lamm_core.workflow.signing_in import SignedIn, sign_in_by_link
from lamm_core.workflow.users import add_user, new_link
from lamm_core.workflow.workspace import Workspace

PASSWORD = "a long enough password"


async def _page(_request: object) -> PlainTextResponse:
    return PlainTextResponse("a page")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("a page")
    await socket.close()


def site(
    workspace: Workspace | Callable[[], Workspace],
    base: str = "",
    provider: Provider | None = None,
    hosts: Sequence[str] = ("*",),
    clock: Callable[[], float] | None = None,
) -> Starlette:
    """As app.py has it, with `/` and `/_stcore/stream` standing for Streamlit's pages."""

    def data() -> Workspace:
        return workspace() if callable(workspace) else workspace

    actors = RecentActors() if clock is None else RecentActors(clock)
    chosen = provider or NoProvider()
    door = Middleware(Door, workspace=data, actors=actors, provider=chosen, base=base)
    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    pages = [Route(f"{base}/{name}", _page) for name in ("", "languages", "_stcore/health")]
    stream = WebSocketRoute(f"{base}/_stcore/stream", _stream)
    return Starlette(routes=[*routes(data, actors, chosen, base), *pages, stream], middleware=[trusted, door])


def browser(
    app: Starlette, address: str = "http://localhost", client: tuple[str, int] = ("127.0.0.1", 50_000), **more: Any
) -> TestClient:
    """A browser that follows no redirect by itself.

    Args:
        client: its network address and port.
    """
    return TestClient(app, address, follow_redirects=False, client=client, **more)


def new_user(workspace: Workspace, name: str, *, is_admin: bool = False) -> SignedIn:
    """A user with `PASSWORD`, signed in; the e-mail address is name@example.org."""
    user = add_user(workspace, name, f"{name}@example.org", is_admin=is_admin)
    return sign_in_by_link(workspace, new_link(workspace, user.email), PASSWORD)

"""The addresses of the sign-in: forms of plain html, answered by a page or by a way onwards."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import parse_qs, quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from lamm_core.errors import InvalidInput, LammError, SignInFailed, StorageUnavailable, TooManySignIns
from lamm_core.web.door_pages import password_page, problem_page, sign_in_page, sign_out_page
from lamm_core.web.provider import Provider
from lamm_core.web.recent_actors import RecentActors
from lamm_core.web.requests import is_of_this_site, is_secure, language_of, read_body
from lamm_core.web.session_cookie import forget_session, keep_session, session_token
from lamm_core.words import speaking
from lamm_core.words import translate as _
from lamm_core.workflow import signing_in
from lamm_core.workflow.serving import LINK
from lamm_core.workflow.signing_in import SignedIn
from lamm_core.workflow.workspace import Workspace

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
WITHOUT_SIGN_IN = (SIGN_IN, LINK, SIGN_OUT)
_MOST_BYTES, _MOST_FIELDS = 20_000, 20
_STATUS = {StorageUnavailable: 503, TooManySignIns: 429, SignInFailed: 403}
# Each checks a password, which takes the processor; the rest of the server goes on meanwhile.
_AT_ONCE = 4

T = TypeVar("T")
_Answer = Callable[[Request], Awaitable[Response]]


class DoorRoutes:
    """Answers the forms of the sign-in.

    Args:
        workspace: gives the data of this installation.
        actors: where sessions are looked up.
        provider: who else may vouch for people.
        base: what stands before every address, such as `/lamm`; empty for nothing.
    """

    def __init__(
        self, workspace: Callable[[], Workspace], actors: RecentActors, provider: Provider, base: str = ""
    ) -> None:
        self._workspace = workspace
        self._actors = actors
        self._provider = provider
        self._base = base
        self._limiter: CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """All of them."""
        found = [
            (SIGN_IN, self._show_sign_in, self._sign_in),
            (LINK, self._show_link, self._use_link),
            (SIGN_OUT, self._show_sign_out, self._sign_out),
        ]
        return [Route(self._base + path, _answer(show, act), methods=["GET", "POST"]) for path, show, act in found]

    async def _show_sign_in(self, request: Request) -> Response:
        name = request.query_params.get("provider", "")
        if name in self._provider.names():
            return RedirectResponse(self._provider.address(name), 303)
        return self._sign_in_page(onwards(request.query_params.get("next", ""), self._base))

    async def _sign_in(self, request: Request) -> Response:
        form = await _form(request)
        email, wanted = form.get("email", ""), onwards(form.get("next", ""), self._base)
        place = request.client.host if request.client else ""
        try:
            began = await self._in_thread(
                lambda: signing_in.sign_in(self._workspace(), email, form.get("password", ""), place)
            )
        except LammError as error:
            return self._sign_in_page(wanted, email, error)
        return await self._begun(request, began, wanted)

    async def _show_link(self, request: Request) -> Response:
        token = request.query_params.get("token", "")
        name = await self._in_thread(lambda: signing_in.name_of_link(self._workspace(), token))
        return password_page(self._base + LINK, token, name)

    async def _use_link(self, request: Request) -> Response:
        form = await _form(request)
        token = form.get("token", "")
        try:
            began = await self._in_thread(
                lambda: signing_in.sign_in_by_link(self._workspace(), token, form.get("password", ""))
            )
        except InvalidInput as error:
            name = await self._in_thread(lambda: signing_in.name_of_link(self._workspace(), token))
            return password_page(self._base + LINK, token, name, str(error), 400)
        return await self._begun(request, began, self._base or "/")

    async def _show_sign_out(self, request: Request) -> Response:
        return sign_out_page(self._base + SIGN_OUT, self._base or "/")

    async def _sign_out(self, request: Request) -> Response:
        token = session_token(request.cookies, secure=is_secure(request))
        if token is not None:
            await self._in_thread(lambda: signing_in.sign_out(self._workspace(), token))
            self._actors.forget(token)
        response = RedirectResponse(self._base + SIGN_IN, 303)
        forget_session(response, secure=is_secure(request))
        forget_provider(response, self._provider, request, self._base)
        return response

    async def _begun(self, request: Request, began: SignedIn, wanted: str) -> Response:
        """Go on with a session that is new; one that the browser had before is ended, whoever's it was."""
        before = session_token(request.cookies, secure=is_secure(request))
        if before is not None:
            await self._in_thread(lambda: signing_in.sign_out(self._workspace(), before))
            self._actors.forget(before)
        response = RedirectResponse(wanted, 303)
        keep_session(response, began.token, secure=is_secure(request))
        forget_provider(response, self._provider, request, self._base)
        return response

    def _sign_in_page(self, wanted: str, email: str = "", error: LammError | None = None) -> Response:
        providers = {name: f"{self._base}{SIGN_IN}?provider={quote(name)}" for name in self._provider.names()}
        problem, status = ("", 200) if error is None else (str(error), _status(error))
        return sign_in_page(self._base + SIGN_IN, wanted, providers, email, problem, status)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        if self._limiter is None:
            self._limiter = CapacityLimiter(_AT_ONCE)
        return await to_thread.run_sync(call, limiter=self._limiter)


def forget_provider(response: Response, provider: Provider, connection: HTTPConnection, base: str) -> None:
    """Let the browser forget whom a provider vouched for: once a session began or ended, that is to sign nobody in."""
    for name in provider.cookies(connection.cookies):
        response.delete_cookie(name, path=base or "/")


def onwards(wanted: str, base: str) -> str:
    """Where to go after the sign-in: an address of this app, whatever a link says."""
    is_ours = wanted.startswith(f"{base}/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if is_ours and wanted.isprintable() else base or "/"


def _answer(show: _Answer, act: _Answer) -> _Answer:
    """Show on GET and act on POST, in the reader's language; what goes wrong is told on a page."""

    async def respond(request: Request) -> Response:
        with speaking(language_of(request)):
            try:
                if request.method != "POST":
                    return await show(request)
                if not is_of_this_site(request):
                    return problem_page(_("Only pages of this app may sign somebody in or out."), [], 403)
                return await act(request)
            except LammError as error:
                return problem_page(str(error), [], _status(error))

    return respond


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once."""
    body = await read_body(request, _MOST_BYTES)
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise InvalidInput(_("This is no message of a page of this app.")) from error
    return {name: values[0].replace("\x00", "") for name, values in fields.items()}


def _status(error: LammError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)

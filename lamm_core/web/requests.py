"""What is read from requests before anything is done for them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request

from lamm_core.errors import InvalidInput
from lamm_core.words import closest
from lamm_core.words import translate as _

# Whoever came through a proxy did not come from this machine, though the proxy does.
_OF_PROXIES = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def is_of_this_site(request: Request) -> bool:
    """Whether a page of this app sent it: browsers say so in headers that no page can change."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def is_own_websocket(connection: HTTPConnection) -> bool:
    """Whether a page of this app opened it. Browsers open websockets to everywhere and only say from where."""
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


def is_of_this_machine(connection: HTTPConnection) -> bool:
    """Whether a program of this computer sent it, and no proxy for somebody else."""
    if connection.client is None or any(name in connection.headers for name in _OF_PROXIES):
        return False
    try:
        return ip_address(connection.client.host).is_loopback
    except ValueError:  # no address of the internet protocol
        return False


def is_json(request: Request) -> bool:
    """Whether it says that it holds JSON, which a page of another site cannot send unasked."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == "application/json"


async def read_body(request: Request, most: int) -> bytes:
    """The body of a request.

    Raises:
        InvalidInput: it has more than `most` bytes; the rest is not read.
    """
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise InvalidInput(_("A message of this page has up to {most:,} bytes.", most=most))
        parts.append(part)
    return b"".join(parts)


def language_of(connection: HTTPConnection) -> str:
    """The language of ours that the reader's browser asks for first."""
    return closest(connection.headers.get("accept-language", "").split(",")[0].split(";")[0].strip() or None)


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the browser came by TLS, perhaps to a proxy before us. Who pretends that only gets stricter cookies."""
    forwarded = connection.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    return connection.url.scheme in ("https", "wss") or forwarded == "https"

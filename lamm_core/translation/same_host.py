"""Requests that are answered by the server that was asked, or not at all.

A server that was configured may not send LAMM on to another one: behind a firewall, that may be one that only this
machine can reach.
"""

from http.client import HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

MAX_ANSWER = 64 * 2**20  # bytes


class _SameHost(HTTPRedirectHandler):
    """Follows a redirect within a server, and takes one that leads elsewhere for a refusal."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The next request; scheme, host and port stay."""
        if urlsplit(newurl)[:2] != urlsplit(req.full_url)[:2]:
            raise HTTPError(req.full_url, code, "redirected to another server", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = build_opener(_SameHost)


def ask(request: Request, timeout_s: float) -> bytes:
    """The body of the answer.

    Raises:
        HTTPError: the server refuses, or sends the request on to another one.
        OSError, HTTPException: it does not answer.
        ValueError: the answer has more than `MAX_ANSWER` bytes.
    """
    answer: HTTPResponse
    with _OPENER.open(request, timeout=timeout_s) as answer:
        body = answer.read(MAX_ANSWER + 1)
    if len(body) > MAX_ANSWER:
        raise ValueError("the answer is too long")
    return body

"""A LibreTranslate server, over HTTP."""

import functools
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from lamm_core.errors import TranslatorBusy, TranslatorUnavailable, UnknownTranslator
from lamm_core.translation.languages import closest_code
from lamm_core.translation.reasons import reason_of
from lamm_core.translation.same_host import ask
from lamm_core.words import translate as _

KEY_VARIABLE = "LAMM_LIBRETRANSLATE_KEY"
_TIMEOUT_S = 60
_TEMPORARY = frozenset([408, 425, 429, 500, 502, 503, 504])
_MOST_SAID = 100_000  # bytes of a refusal that are read
_TOO_LONG = "exceeds text limit"


class LibreTranslator:
    """Asks a LibreTranslate server for many texts at once.

    Args:
        url: of the server, such as `http://localhost:5000`.

    Raises:
        UnknownTranslator: this is no URL of a server, or it holds a password, which would be stored.
    """

    price_per_million_characters = 0.0
    texts_per_request = 20
    characters_per_request = 4_000

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise UnknownTranslator(
                _("{url!r} is no URL of a LibreTranslate server ({reason}).", url=url, reason=error)
            ) from error
        if parts.username or parts.password or parts.query:  # first, so that no other sentence quotes it
            raise UnknownTranslator(
                _("Give the key of a LibreTranslate server by {variable}, not in its URL.", variable=KEY_VARIABLE)
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UnknownTranslator(
                _("{url!r} is no URL of a LibreTranslate server, such as http://localhost:5000.", url=url)
            )
        self.name = f"libretranslate:{url}"
        self._url = url.rstrip("/")

    def supports(self, source: str, target: str) -> bool:
        """Whether the server has both languages, and a way from one to the other."""
        codes = self._codes(source, target)
        return codes is not None and codes[0] != codes[1]

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str | None]:
        """One translation for each text; None for a text that is longer than the server takes."""
        codes = self._codes(source, target)
        if codes is None:
            raise TranslatorUnavailable(
                _(
                    "{url} does not translate from {source!r} to {target!r}.",
                    url=self._url,
                    source=source,
                    target=target,
                )
            )
        return self._translate(list(texts), *codes)

    def _translate(self, texts: list[str], source: str, target: str) -> list[str | None]:
        body: dict[str, Any] = {"q": texts, "source": source, "target": target, "format": "text"}
        if key := os.environ.get(KEY_VARIABLE):
            body["api_key"] = key
        try:
            answer = self._ask("/translate", body)
        except _TooLongError:
            # Together they may be too long, and one of them alone: find out which.
            if len(texts) == 1:
                return [None]
            half = len(texts) // 2
            return self._translate(texts[:half], source, target) + self._translate(texts[half:], source, target)
        found = answer.get("translatedText") if isinstance(answer, Mapping) else None
        if not isinstance(found, list) or len(found) != len(texts):
            raise TranslatorUnavailable(
                _("{url} did not give one translation for each of {texts} texts.", url=self._url, texts=len(texts))
            )
        return [each if isinstance(each, str) else None for each in found]

    def _codes(self, source: str, target: str) -> tuple[str, str] | None:
        """The server's codes of two languages."""
        from_code = closest_code(source, self._targets)
        if from_code is None:
            return None
        to_code = closest_code(target, self._targets[from_code])
        return None if to_code is None else (from_code, to_code)

    @functools.cached_property
    def _targets(self) -> dict[str, list[str]]:
        """Code of each language to the codes that it can be translated to."""
        answer = self._ask("/languages")
        try:
            codes = [str(each["code"]) for each in answer]
            # Old servers do not list the targets: there, every language goes into every other.
            return {str(each["code"]): [str(code) for code in each.get("targets", codes)] for each in answer}
        except (TypeError, KeyError, AttributeError) as error:
            raise TranslatorUnavailable(
                _("{url} does not answer as a LibreTranslate server does.", url=self._url)
            ) from error

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - only http and https come this far
            self._url + path, data, {"Content-Type": "application/json"}
        )
        try:
            return json.loads(ask(request, _TIMEOUT_S))
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error) from error
        except (OSError, HTTPException) as error:  # no connection, no answer in time, or an answer cut off
            raise TranslatorBusy(
                _("{url} did not answer ({reason}).", url=self._url, reason=reason_of(error))
            ) from error
        except (ValueError, RecursionError) as error:
            raise TranslatorUnavailable(
                _("{url} does not answer as a LibreTranslate server does.", url=self._url)
            ) from error

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        said = _error_in(error)
        if error.code == 413 or _TOO_LONG in said:
            return _TooLongError()
        kind = TranslatorBusy if error.code in _TEMPORARY else TranslatorUnavailable
        return kind(f"{self._url} refused the request ({said or reason_of(error)}).")


class _TooLongError(Exception):
    """The request has more characters than the server takes."""


def _error_in(error: urllib.error.HTTPError) -> str:
    """What the server says about a refusal; empty where it says nothing that can be read."""
    try:
        return reason_of(ValueError(json.loads(error.read(_MOST_SAID))["error"]))
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        return ""

"""Logs that a machine reads: one JSON object a line, without a word of what people write, and without secrets.

What stands in a line is chosen, not searched: the sentence as the programmer wrote it, numbers in it, named fields, and
of an error its kind and where it arose. Texts put into a sentence, and what an error says, are left out, since both may
quote an item, a comment, a password or the address of the database.
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

FORM_VARIABLE = "LAMM_LOG"
JSON, TEXT = "json", "text"
# What a record or its surroundings may say by name (`extra=`, `about`).
FIELDS = ("request_id", "project_id", "annotator_id", "kind", "status", "seconds", "count")
_LEFT_OUT = "…"
_LONGEST = 300
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,100}", re.ASCII)
# Libraries put values into sentences before they hand them over. Quoted ones, addresses and secrets are taken out.
_HIDDEN = (
    re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE),
    re.compile(r"\b(pass\w*|pwd|secret|token|key|cookie|authorization|bearer)\b.*", re.IGNORECASE),
    re.compile(r"\S+@\S+"),
    re.compile(r"'.*'|\".*\"|`.*`|“.*”|<.*>|\{.*\}|\[.*\]|\(.*\)"),
)

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default={})  # noqa: B039 - never changed, only replaced


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Whatever is logged inside the block says these fields too, which are among `FIELDS`."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def configure_logs(stream: TextIO | None = None) -> None:
    """Let a server write its logs as JSON: where LAMM_LOG is `json`, or is not set and nobody looks at a terminal.

    Args:
        stream: where to; None for the error stream.
    """
    stream = stream or sys.stderr
    form = os.environ.get(FORM_VARIABLE) or (TEXT if stream.isatty() else JSON)
    if form != JSON:
        return
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger("lamm_core").setLevel(logging.INFO)
    logging.setLoggerClass(_ThroughRoot)
    for each in logging.root.manager.loggerDict.values():
        if type(each) is logging.Logger:
            each.__class__ = _ThroughRoot


class JsonLines(logging.Formatter):
    """A record as one line: time, level, logger, event, the fields that it has, and the error if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        said = {**_about.get(), **record.__dict__}
        line |= {name: _value(said[name]) for name in FIELDS if name in said and said[name] is not None}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class _ThroughRoot(logging.Logger):
    """A logger whose records go to the handlers of the root alone, whatever handlers a library gives it."""

    def callHandlers(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the library's
        logging.getLogger().callHandlers(record)


def _event(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    if not record.args:
        return _without_values(record.msg)
    arguments = record.args
    try:
        if isinstance(arguments, Mapping):
            return _first_line(record.msg % {name: _argument(each) for name, each in arguments.items()})
        return _first_line(record.msg % tuple(_argument(each) for each in arguments))
    except (TypeError, ValueError, KeyError):  # a text stands where a number belongs
        return _first_line(record.msg)


def _argument(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    return type(value).__name__ if isinstance(value, BaseException) else _LEFT_OUT


def _value(value: object) -> object:
    if isinstance(value, int | float):
        return value
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else _LEFT_OUT


def _without_values(sentence: str) -> str:
    line = _first_line(sentence)
    for each in _HIDDEN:
        line = each.sub(_LEFT_OUT, line)
    return line


def _first_line(sentence: str) -> str:
    return (sentence.strip().splitlines() or [""])[0][:_LONGEST]


def _error(error: BaseException) -> dict[str, Any]:
    """Kind and place of an error and of those that it came from, newest first; never what they say."""
    found: dict[str, Any] = {
        "kind": type(error).__name__,
        "at": [f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(error.__traceback__)],
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        found["cause"] = _error(cause)
    return found

"""What a docstring of the public interface has to say: shapes, units, errors and sources."""

import ast
import builtins
import dataclasses
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from lamm_core import errors
from lamm_core.errors import LammError

_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Source):", re.MULTILINE)
_ENTRY = re.compile(r"^    (\*{0,2}\w+(?:, \*{0,2}\w+)*):", re.MULTILINE)
_ARRAY = re.compile(r"NDArray|ndarray|ArrayLike|IntArray|FloatArray|Vectors|DataFrame|Curves")
_ELSEWHERE = re.compile(r"as for `\w+`")
_NUMBER = re.compile(r"\b(int|float)\b")
_SHAPE = re.compile(r"`\([^()`]+\)|\bcolumns ")
# A range, or what it counts or measures.
_UNIT = re.compile(
    r"\d|number of|how many|\b(labels|items|texts|rows|minutes|seconds|seed|share|times|per language)\b", re.IGNORECASE
)
# Who works from Python is the operator, who may do everything.
_NEVER_MET = {"NotAllowed"}


def faults(thing: Any, name: str, needs_source: bool = False) -> list[str]:
    """What the docstring of a public function or class, and of its public methods, leaves unsaid."""
    found = [f"{name}: {fault}" for fault in _faults_of_one(thing, needs_source)]
    if inspect.isclass(thing):
        for each, member in sorted(vars(thing).items()):
            call = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if not each.startswith("_") and inspect.isfunction(call):
                found += [
                    f"{name}.{each}: {fault}" for fault in _faults_of_one(call, False, isinstance(member, property))
                ]
    return found


def _faults_of_one(thing: Any, needs_source: bool, is_property: bool = False) -> Iterator[str]:
    text = inspect.cleandoc(thing.__doc__ or "")
    if not text or text.startswith(f"{thing.__name__}("):  # what dataclasses write themselves
        yield "no docstring"
        return
    sections = _sections(text)
    if needs_source and "Source" not in sections:
        yield "no source"
    if inspect.isclass(thing):
        if dataclasses.is_dataclass(thing):
            values = {each.name: str(each.type) for each in dataclasses.fields(thing)}
            yield from _faults_of_values(values, _entries(sections.get("Attributes", "")))
        return
    values = {name.lstrip("*"): kind for name, kind in thing.__annotations__.items() if name not in {"return", "self"}}
    yield from _faults_of_values({name: str(kind) for name, kind in values.items()}, _entries(sections.get("Args", "")))
    summary = text if is_property else ""
    yield from _faults_of_return(str(thing.__annotations__.get("return")), sections.get("Returns", summary))
    yield from _faults_of_errors(thing, sections.get("Raises", ""))


def _sections(text: str) -> dict[str, str]:
    parts = _SECTION.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _entries(section: str) -> dict[str, str]:
    """Name to what is said of it; names that share an entry share its text."""
    parts = _ENTRY.split(section)
    return {
        name.strip().lstrip("*"): text
        for names, text in zip(parts[1::2], parts[2::2], strict=True)
        for name in names.split(",")
    }


def _faults_of_values(values: dict[str, str], entries: dict[str, str]) -> Iterator[str]:
    for name, kind in values.items():
        if name not in entries:
            yield f"{name} is not described"
        elif _ELSEWHERE.search(entries[name]):
            continue
        elif _ARRAY.search(kind) and not _SHAPE.search(entries[name]):
            yield f"{name} is an array without a shape"
        elif _NUMBER.search(_plain(kind)) and not _UNIT.search(entries[name]):
            yield f"{name} is a number without a unit or range"
    for name in entries.keys() - values.keys():
        yield f"{name} is described and not there"


def _plain(kind: str) -> str:
    """The type of a value, without those of a function's arguments, whose meaning the text has to tell anyway."""
    return re.sub(r"Callable\[\[.*?\], .*?\]", "", kind)


def _faults_of_return(kind: str, said: str) -> Iterator[str]:
    if kind in {"None", "Self", "<class 'NoneType'>"}:
        return
    if not said.strip():
        yield "what it returns is not described"
    elif _ARRAY.search(kind) and not _SHAPE.search(said):
        yield "it returns an array without a shape"
    elif kind in {"int", "float", "<class 'int'>", "<class 'float'>"} and not _UNIT.search(said):
        yield "it returns a number without a unit or range"


def _faults_of_errors(call: Callable[..., Any], said: str) -> Iterator[str]:
    heads = {word for head in _ENTRY.findall(said) for word in re.findall(r"\w+", head)}
    told = heads | {word for word in re.findall(r"\b[A-Z]\w+", said) if _lamm_error(word)}
    for name in sorted(_errors_of(call) - told - _NEVER_MET):
        yield f"{name} is not among its errors"
    for name in sorted(heads):
        if not _lamm_error(name) and not hasattr(builtins, name):
            yield f"{name} is among its errors and is none"


def _errors_of(call: Callable[..., Any]) -> set[str]:
    """Errors that a function raises itself, and those that functions of the package which it calls say they raise."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(call)))
    names = call.__globals__ | _imported_inside(tree)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found |= {each for each in (_last_name(node.exc.func),) if _lamm_error(each)}
        elif isinstance(node, ast.Call):
            called = inspect.unwrap(_resolved(node.func, names))
            if inspect.isfunction(called) and (called.__module__ or "").startswith("lamm_core"):
                section = _sections(inspect.cleandoc(called.__doc__ or "")).get("Raises", "")
                found |= {
                    word for head in _ENTRY.findall(section) for word in re.findall(r"\w+", head) if _lamm_error(word)
                }
    return found


def _imported_inside(tree: ast.AST) -> dict[str, Any]:
    """What a function imports only when it runs."""
    return {
        alias.asname or alias.name: getattr(importlib.import_module(node.module or ""), alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _resolved(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names:
        return getattr(names[node.value.id], node.attr, None)
    return None


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _lamm_error(name: str) -> bool:
    found = getattr(errors, name, None)
    return inspect.isclass(found) and issubclass(found, LammError)

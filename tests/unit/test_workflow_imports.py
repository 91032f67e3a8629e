"""What the layers may import, seen in a fresh interpreter."""

import ast
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import lamm_core
import lamm_core.selection
import lamm_core.workflow

HEAVY = {"streamlit", "torch", "sentence_transformers", "transformers", "plotly"}
# What only a round, a comparison or a benchmark needs; each takes a second or so to import.
MODELS = {"sklearn", "scipy", "skops", "torch", "sentence_transformers", "transformers"}
_ROOT = Path(lamm_core.__path__[0]).parent
_BELOW_SELECTION = ("lamm_core.errors", "lamm_core.records", "lamm_core.words")


def modules_after(*names: str) -> set[str]:
    program = (
        f"import json, sys\n{''.join(f'import {name}' + chr(10) for name in names)}print(json.dumps(list(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(found.stdout)}


def test_no_part_of_the_workflow_imports_the_pages_or_an_encoder() -> None:
    names = [f"lamm_core.workflow.{each.name}" for each in pkgutil.iter_modules(lamm_core.workflow.__path__)]
    assert "lamm_core.workflow.round_process" in names
    assert not modules_after(*names) & HEAVY


def imports_of_the_app() -> set[str]:
    """Modules of the package that the app and its pages import at their start, wherever in the file."""
    found: set[str] = set()
    for path in [_ROOT / "app.py", *(_ROOT / "pages").rglob("*.py")]:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                submodules = {f"{node.module}.{each.name}" for each in node.names}
                found |= {node.module} | {
                    each for each in submodules if (_ROOT / f"{each.replace('.', '/')}.py").exists()
                }
    return {name for name in found if name.split(".")[0] == lamm_core.__name__}


def test_the_app_and_its_pages_import_no_model_library_at_their_start() -> None:
    names = imports_of_the_app()
    assert {"lamm_core.workflow.status", "lamm_core.workflow.projects", "lamm_core.workflow.comparing"} <= names
    assert not modules_after(*sorted(names)) & MODELS


def test_a_start_of_the_app_loads_what_the_door_and_the_card_need_and_no_more() -> None:
    needed = modules_after("lamm_core.web.routes", "lamm_core.web.door", "lamm_core.workflow.sample")
    assert "sqlalchemy" in needed
    assert not needed & (MODELS | HEAVY | {"pandas", "pyarrow"})


def test_whoever_labels_or_looks_on_imports_no_model_library() -> None:
    """Of the workflow only what works on a round, or with its model, needs one."""
    names = {f"lamm_core.workflow.{each.name}" for each in pkgutil.iter_modules(lamm_core.workflow.__path__)}
    steps = ("preparing", "check_figures", "cells", "label_errors", "rounds", "round_result", "round_process")
    pools = ("pool_source", "own_pool", "outside_rounds", "drifting")
    of_models = ("model_export", "predicting")
    of_rounds = {f"lamm_core.workflow.{name}" for name in (*steps, *pools, *of_models)}
    assert of_rounds < names
    assert not modules_after(*sorted(names - of_rounds)) & MODELS
    assert "sklearn" in modules_after("lamm_core.workflow.rounds")


def test_the_selection_needs_only_numpy_the_errors_the_records_and_words() -> None:
    allowed = set(sys.stdlib_module_names) | {"numpy"}
    for path in Path(lamm_core.selection.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            else:
                continue
            for name in names:
                inside = name in _BELOW_SELECTION or name.startswith("lamm_core.selection")
                assert inside or name.split(".")[0] in allowed, f"{path.name} imports {name}"


def test_storage_and_exchange_import_no_model_library() -> None:
    names = modules_after("lamm_core.storage.rounds", "lamm_core.storage.queue", "lamm_core.exchange.reading")
    assert not names & (HEAVY | {"sklearn", "skops"})

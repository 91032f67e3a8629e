"""What the layers may import, seen in a fresh interpreter."""

import ast
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import lamm_core.selection
import lamm_core.workflow

HEAVY = {"streamlit", "torch", "sentence_transformers", "transformers", "plotly"}


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


def test_the_selection_needs_only_numpy_and_the_errors() -> None:
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
                inside = name == "lamm_core.errors" or name.startswith("lamm_core.selection")
                assert inside or name.split(".")[0] in allowed, f"{path.name} imports {name}"


def test_storage_and_exchange_import_no_model_library() -> None:
    names = modules_after("lamm_core.storage.rounds", "lamm_core.storage.queue", "lamm_core.exchange.reading")
    assert not names & (HEAVY | {"sklearn", "skops"})

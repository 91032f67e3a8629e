"""What the code may never do: run what is in a file or in a name, or make SQL out of text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_MODULES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "yaml"}
_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "pd.read_pickle", "pd.eval", "torch.load"}
_LOADS = {"np.load", "numpy.load"}
_NEVER = {"allow_pickle", "shell", "trust_remote_code"}
_TEXTS = ("text", "sa.text", "sqlalchemy.text", ".exec_driver_sql")


def name_of(node: ast.AST) -> str:
    """`np.load` for a call of it; `.eval` for a method of what has no name."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def is_made_of_parts(node: ast.AST) -> bool:
    """Whether a string is put together: an f-string with values, a sum, `%` or `format`."""
    return (
        (isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in node.values))
        or isinstance(node, ast.BinOp)
        or (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}
        )
    )


def faults(source: str) -> Iterator[str]:
    """What is forbidden in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (f"imports {name}" for name in names if name.split(".")[0] in _MODULES)
        elif isinstance(node, ast.Call):
            yield from faults_of_call(name_of(node.func), node)


def faults_of_call(name: str, call: ast.Call) -> Iterator[str]:
    arguments = {each.arg: each.value for each in call.keywords}
    if name in _CALLS:
        yield f"calls {name}"
    if name in _LOADS and "allow_pickle" not in arguments:
        yield f"calls {name} without allow_pickle=False"
    yield from (f"sets {each}" for each in _NEVER & arguments.keys() if not is_false(arguments[each]))
    if (name in _TEXTS or name.endswith(_TEXTS[-1])) and any(map(is_made_of_parts, call.args)):
        yield "makes SQL out of parts"


def is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


@pytest.mark.parametrize(
    "path", [ROOT / "lamm_core", ROOT / "pages", ROOT / "benchmarks", ROOT / "app.py"], ids=lambda each: each.name
)
def test_no_source_runs_what_it_reads(path: Path) -> None:
    sources = [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert sources
    assert {
        str(each.relative_to(ROOT)): found for each in sources if (found := [*faults(each.read_text("utf-8"))])
    } == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "import yaml",
        "eval(x)",
        "exec(x)",
        "torch.load(x)",
        "np.load(x)",
        "np.load(x, allow_pickle=True)",
        "np.load(x, allow_pickle=maybe)",
        "np.save(x, y, allow_pickle=True)",
        "subprocess.run(x, shell=True)",
        "SentenceTransformer(x, trust_remote_code=True)",
        "text(f'SELECT {x}')",
        "sqlalchemy.text('SELECT ' + x)",
        "text('SELECT %s' % x)",
        "text('SELECT {}'.format(x))",
        "connection.exec_driver_sql(f'SELECT {x}')",
    ],
)
def test_the_scan_finds_what_it_looks_for(source: str) -> None:
    assert len([*faults(source)]) >= 1


def test_the_scan_leaves_harmless_code_alone() -> None:
    harmless = "np.load(x, allow_pickle=False)\ntext('SELECT 1')\nsubprocess.run([x], shell=False)\ntext(f'SELECT 1')"
    assert [*faults(harmless)] == []

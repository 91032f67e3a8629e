"""The documents say what the product does: every command, option, key and picture is where they claim."""

import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
import typer

from lamm_core.cli import app
from lamm_core.exchange.formats import FORMATS
from lamm_core.exchange.writing import table_bytes
from lamm_core.experiments.tasks import TASKS
from lamm_core.selection import ALLOCATIONS, DIVERSITIES, FIRST_BATCHES, STRATEGIES, UNCERTAINTIES
from lamm_core.selection.strategies import find_strategy
from lamm_core.workflow.exporting import COLUMNS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING")), *(ROOT / "docs").rglob("*.md")]
)


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands(group: typer.core.TyperGroup, path: str = "lamm") -> dict[str, list[str]]:
    """Every command with its options."""
    found: dict[str, list[str]] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= commands(command, f"{path} {name}")
        else:
            options = [option for each in command.params for option in each.opts if option.startswith("--")]
            found[f"{path} {name}"] = [option for option in options if option != "--help"]
    return found


COMMANDS = commands(typer.main.get_command(app))


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_line_page_names_every_command_and_option(command: str):
    rows = [line for line in read("docs/command-line.md").splitlines() if line.startswith(f"| `{command}")]
    assert len(rows) == 1, command
    assert [option for option in COMMANDS[command] if f"`{option}" not in rows[0]] == []


def test_every_command_is_in_the_changelog():
    text = read("CHANGELOG.md")
    assert [
        each for each in COMMANDS if f"`{each.removeprefix('lamm ')}`" not in text and f"`{each}`" not in text
    ] == []


@pytest.mark.parametrize("registry", [STRATEGIES, UNCERTAINTIES, ALLOCATIONS, DIVERSITIES, FIRST_BATCHES])
def test_the_method_page_has_a_line_for_every_part_of_a_strategy(registry: dict[str, object]):
    lines = read("docs/method.md").splitlines()
    assert [name for name in registry if not any(line.startswith(f"| `{name}`") for line in lines)] == []


@pytest.mark.parametrize("name", ["lamm+margin+k-means+medoids", "margin+gap+core-set"])
def test_the_composed_names_on_the_method_page_exist(name: str):
    assert f"`{name}`" in read("docs/method.md")
    assert find_strategy(name).name == name


@pytest.mark.parametrize("task", TASKS)
def test_the_command_line_page_names_every_task_with_its_target(task: str):
    row = next(line for line in read("docs/command-line.md").splitlines() if line.startswith(f"| `{task}`"))
    assert f"{TASKS[task].target:.2f}" in row
    assert f"{TASKS[task].labels:,}" in row


@pytest.mark.parametrize("column", COLUMNS)
def test_the_guide_explains_every_column_of_an_export(column: str):
    table = read("docs/guide.md").split("## Labels out")[1].split("## ")[0]
    assert re.search(rf"^\|[^|]*\b{column}\b[^|]*\|", table, re.MULTILINE)


@pytest.mark.parametrize("name", FORMATS)
def test_the_page_of_formats_has_a_row_for_each(name: str):
    (row,) = [line for line in read("docs/formats.md").splitlines() if f"| `{name}` |" in line]
    assert row.startswith(f"| {FORMATS[name].title}")


def test_the_configuration_for_label_studio_asks_the_question_that_an_export_answers():
    config = re.search(r"```xml\n(.*?)```", read("docs/formats.md"), re.DOTALL)
    assert config is not None
    choices = ElementTree.fromstring(config.group(1)).find("Choices")
    table = pd.DataFrame({"id": ["1"], "text": ["Pen"], "class": ["pen"]})
    ((task,),) = [json.loads(table_bytes(table, "label-studio"))]
    (answer,) = task["annotations"][0]["result"]
    assert (choices.get("name"), choices.get("toName")) == (answer["from_name"], answer["to_name"])
    assert answer["value"]["choices"] == [choices[0].get("value")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path):
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


def _headings(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_heading_finds_it(document: Path):
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", document.read_text("utf-8"))
    assert [
        link for link in links if link[1] not in _headings(document.parent / link[0] if link[0] else document)
    ] == []


def _command_lines(document: Path) -> list[str]:
    """Every line that begins with `lamm` in a block of code, joined where a backslash says so; no drawings, nothing after a pipe."""
    text = document.read_text("utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    lines = [line.strip().removeprefix(".venv/bin/") for block in blocks for line in block.splitlines()]
    return [line.split(" | ")[0] for line in lines if line.startswith("lamm ") and "──" not in line]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_a_document_is_one_that_can_be_typed(document: Path):
    for line in _command_lines(document):
        command, words = typer.main.get_command(app), shlex.split(line, comments=True)[1:]
        context = command.make_context("lamm", list(words))
        # A group takes its own options before the name of one of its commands.
        while place := next((at for at, word in enumerate(words) if word in getattr(command, "commands", {})), -1) + 1:
            command, words = command.commands[words[place - 1]], words[place:]
            context = command.make_context(line, list(words), parent=context)
        assert not (hasattr(command, "commands") and words), line


def test_every_recipe_has_commands():
    recipes = sorted((ROOT / "docs" / "how-to").glob("*.md"))
    assert {path.stem for path in recipes if _command_lines(path)} == {path.stem for path in recipes}


def test_the_example_on_the_method_page_does_what_it_says():
    code = re.search(r"```python\n(.*?)```", read("docs/method.md"), re.DOTALL)
    assert code is not None
    names: dict[str, object] = {}
    exec(code.group(1), names)
    batch = names["batch"]
    assert batch.quota == {"en": 0, "pl": 2}
    assert sorted(batch.indices.tolist()) == [2, 3]

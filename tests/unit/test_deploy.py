"""The files for a server name only what there is, and are read by the programs they are for."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from lamm_core.cli import app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "deploy"
FILES = sorted(FOLDER.iterdir())
UNITS = [each for each in FILES if each.suffix in (".service", ".timer")]
PAGE = ROOT / "docs" / "deploy.md"
_PROGRAM = "/srv/lamm/.venv/bin/lamm"


def _commands(text: str) -> list[list[str]]:
    """Every command line of LAMM in a text, as words without the program."""
    found = []
    for line in re.split(r"\n|&&|[;|#]", text):
        words = re.findall(r"[\w./@:%-]+", line)  # also from lists in quotes, as a compose file has them
        for number, word in enumerate(words[:-1]):
            rest = words[number + 1 :]
            if rest[0] == "--home":
                rest = rest[2:]
            # An account, a folder or a database has the name too; nothing that looks like a command comes after it.
            if (word == "lamm" or word == _PROGRAM) and re.fullmatch(r"[a-z]+", rest[0]) and rest[0] != "lamm":
                found.append(rest)
    return found


def _check(words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    rest = list(words)
    while hasattr(command, "commands"):
        assert rest, words
        assert rest[0] in command.commands, words
        command = command.commands[rest.pop(0)]
    known = {option for each in command.params for option in each.opts}
    assert [word for word in rest if word.startswith("--") and word not in known] == [], words


@pytest.mark.parametrize("path", [PAGE, *FILES], ids=lambda path: path.name)
def test_commands_and_variables_that_are_named_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    code = text
    if path == PAGE:
        code = "\n".join(re.findall(r"```\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text))
    for words in _commands(code):
        _check(words)
    sources = "".join(each.read_text("utf-8") for folder in ("lamm_core", "pages") for each in _python(ROOT / folder))
    named = set(re.findall(r"\bLAMM_[A-Z_]+\b", text))
    assert {name for name in named if f'"{name}"' not in sources} == set()


def _python(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def test_the_page_is_about_commands_that_are_checked() -> None:
    """The search finds what it is to find."""
    found = {words[0] for words in _commands(PAGE.read_text("utf-8"))}
    assert {"backup", "restore", "user"} <= found
    for unit in UNITS:
        if unit.suffix == ".service":
            assert _commands(unit.read_text("utf-8").partition("[Service]")[2])


def test_every_file_is_told_of() -> None:
    told = "".join(each.read_text("utf-8") for each in (PAGE, FOLDER / "compose.yaml"))
    kinds = {"lamm-app@.service": "lamm-*.service", "lamm-worker@.service": "lamm-*.service"}
    kinds |= {"lamm-backup.service": "lamm-*.service", "Dockerfile.dockerignore": "Dockerfile"}
    assert [each.name for each in FILES if kinds.get(each.name, each.name) not in told] == []


def test_the_compose_file_names_only_what_it_has() -> None:
    content = yaml.safe_load((FOLDER / "compose.yaml").read_text("utf-8"))
    services = content["services"]
    assert set(services) == {"database", "app", "worker", "caddy"}
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in content["volumes"] or (FOLDER / source).exists()
    build = services["app"]["build"]
    assert (FOLDER / build["context"] / build["dockerfile"]).is_file()
    assert services["app"]["deploy"]["replicas"] > 1
    assert services["app"]["environment"]["LAMM_DATABASE_URL"].endswith("@database/lamm")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_reads_the_units(unit: Path, tmp_path: Path) -> None:
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(unit.read_text("utf-8"))
    assert parser["Unit"]["Description"].startswith("LAMM")
    if (analyze := shutil.which("systemd-analyze")) is None:
        return
    for each in UNITS:
        text = each.read_text("utf-8").replace(_PROGRAM, "/bin/true")
        (tmp_path / each.name.replace("@.", "@8501.")).write_text(text, "utf-8")
    file = tmp_path / unit.name.replace("@.", "@8501.")
    done = subprocess.run([analyze, "verify", "--man=no", str(file)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_proxies_pass_what_they_must() -> None:
    nginx, caddy = ((FOLDER / name).read_text("utf-8") for name in ("nginx.conf", "Caddyfile"))
    for text in (nginx, caddy):
        assert text.count("{") == text.count("}")
        assert "/metrics" in text
    for line in ("proxy_http_version 1.1;", "Upgrade $http_upgrade;", "Host $host;", "ip_hash;"):
        assert line in nginx
    assert "lb_policy cookie" in caddy

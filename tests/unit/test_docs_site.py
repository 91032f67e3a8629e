"""The documentation as a site: every page has its place, every public name its entry, and the examples work."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

import lamm_core as lamm
from lamm_core.model import embedding
from lamm_core.model.encoders import Encoding

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PARTS = ["Tutorial", "How-to", "Explanation", "Reference"]
SITE = yaml.safe_load((ROOT / ".mkdocs" / "mkdocs.yml").read_text("utf-8"))


def test_every_page_has_one_place_and_every_place_a_page() -> None:
    first, *parts = SITE["nav"]
    assert [name for part in parts for name in part] == PARTS
    named = [first, *(page for part in parts for pages in part.values() for page in pages)]
    there = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
    assert sorted(named) == there


def test_no_link_leads_out_of_the_site() -> None:
    pages = {path: path.read_text("utf-8") for path in DOCS.rglob("*.md")}
    links = {(path, link) for path, text in pages.items() for link in re.findall(r"\]\(([^)#]+)", text)}
    local = [(path.parent / link).resolve() for path, link in links if "://" not in link]
    assert local
    assert [link for link in local if not (link.is_file() and link.is_relative_to(DOCS))] == []


def test_the_site_is_made_of_nothing_from_elsewhere() -> None:
    assert SITE["theme"]["font"] is False
    assert not {"extra_css", "extra_javascript", "repo_url", "site_url"} & SITE.keys()
    assert "search" in SITE["plugins"]


def test_the_reference_has_every_public_name_and_no_other() -> None:
    entries = re.findall(r"^::: lamm_core\.(\w+)$", (DOCS / "api.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(entries) == lamm.__all__


class _Encoder:
    """Embeds without a model: by the letters of a text."""

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.array([[text.count(letter) + 1.0 for letter in "abcdefgikt"] for text in texts], dtype=np.float32)


def test_the_examples_of_the_reference_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _, matrix = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(embedding, "load_encoding", lambda name: Encoding(_Encoder().encode))
    names: dict[str, object] = {}
    exec(first, names)
    told = capsys.readouterr().out
    assert [line.split()[0] for line in sorted(told.splitlines())] == ["de", "en"]
    assert (tmp_path / "labels.parquet").is_file()
    exec(matrix, names)
    assert capsys.readouterr().out == "0 texts have no vector yet\n"

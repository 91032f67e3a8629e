"""No name that came from elsewhere makes a path outside the folder it belongs in."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import workers

from lamm_core.errors import ModelUnreadable, UnsafePath
from lamm_core.model.embedding_store import EmbeddingStore
from lamm_core.model.preparation.array_folder import read_arrays, write_arrays
from lamm_core.paths import download_name, inside

ROOT = Path(__file__).parents[2]
_EVIL = ["../x", "a/../../x", "../home-evil/x", "/etc/passwd", "", ".", "..", "a/..", "\0", "link/x", "circle/x"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a sibling whose name begins like its own, a link that leads out, and one that leads nowhere."""
    folder = tmp_path / "home"
    folder.mkdir()
    (tmp_path / "home-evil").mkdir()
    (folder / "link").symlink_to(tmp_path / "home-evil")
    (folder / "circle").symlink_to(folder / "circle")
    return folder


@pytest.mark.parametrize("name", [*_EVIL, "/{home}-evil/x"])
def test_a_name_that_leads_out_is_refused_in_one_sentence(home: Path, name: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        inside(home, name.replace("/{home}", str(home)))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_a_name_inside_is_taken_even_where_the_folder_itself_is_a_link(home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(home)
    assert inside(home, "3/round-0001-1.skops") == home / "3/round-0001-1.skops"
    assert inside(tmp_path / "elsewhere", "a..b") == tmp_path / "elsewhere" / "a..b"


@given(st.text())
def test_every_encoder_has_a_folder_right_inside(name: str) -> None:
    root = Path("/data/home/embeddings")
    assert EmbeddingStore(root, name.encode("utf-8", "replace").decode()).folder.parent == root


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3))
def test_a_download_has_a_name_that_every_system_takes(parts: list[str]) -> None:
    name = download_name(*parts, "labels", ending=".csv")
    assert re.fullmatch(r"[\w-]+\.csv", name)
    assert Path(name).name == name
    assert len(download_name(parts[0] if parts else "", "labels", ending=".csv").encode()) <= 255


def test_a_model_file_that_the_database_puts_elsewhere_is_refused(tmp_path: Path) -> None:
    workspace = workers.opened(workers.settings_for(tmp_path, None))
    with pytest.raises(UnsafePath):
        workspace.model_file("../models-evil/model.skops")
    workspace.close()
    # Nobody goes past it.
    sources = [path.name for path in (ROOT / "lamm_core").rglob("*.py") if "settings.models" in path.read_text("utf-8")]
    assert sources == ["workspace.py"]


def test_a_preparation_that_names_an_array_elsewhere_is_unreadable(home: Path) -> None:
    folder = home / "preparation"
    write_arrays(folder, {}, {"a": np.zeros(3)})
    np.save(home / "b.npy", np.zeros(3))
    about = json.loads((folder / "about.json").read_text())
    about["arrays"]["../b"] = about["arrays"]["a"]
    (folder / "about.json").write_text(json.dumps(about))
    with pytest.raises(ModelUnreadable):
        read_arrays(folder)

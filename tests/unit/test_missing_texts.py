"""A project's texts are embedded little by little: each once, and an interruption loses one chunk."""

import numpy as np
import pandas as pd
import pytest
from support import world

from lamm_core.model import embedding
from lamm_core.model.encoders import Encoding
from lamm_core.storage import items
from lamm_core.workflow import missing_texts
from lamm_core.workflow.importing import embed_project, import_table
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.workspace import Workspace


def test_texts_of_a_project_are_embedded_once_whatever_was_interrupted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        asked.extend(texts)
        return np.ones((len(texts), 2), dtype=np.float32)

    monkeypatch.setattr(embedding, "load_encoding", lambda _name: Encoding(encode, at_once=3))
    monkeypatch.setattr(missing_texts, "_STRETCH", 5)
    monkeypatch.setattr(items, "_KEYS", 4)
    project = create_project(workspace, "fresh", world.settings_of(encoder="fake"))
    split = [("pool", number) for number in [*range(12), 1, 7]] + [
        ("check", number) for number in [5, 6, *range(12, 16)]
    ]
    rows = [(f"{place}", "de", f"text {number}", "desk", part) for place, (part, number) in enumerate(split)]
    import_table(workspace, project, pd.DataFrame(rows, columns=world.ROWS.columns), world.MAPPING)

    steps: list[tuple[int, int]] = []

    def interrupt(done: int, total: int) -> None:
        steps.append((done, total))
        if done == 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embed_project(workspace, project, interrupt)
    assert steps == [(0, 16), (3, 16), (5, 16), (8, 16)]
    assert len(workspace.embedding_store("fake")) == 8
    assert embed_project(workspace, project) == 8
    assert sorted(asked) == sorted(f"text {number}" for number in range(16))
    assert embed_project(workspace, project) == 0

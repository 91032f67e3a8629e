"""What several tests of killed processes need."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from support import world

from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def blocked(workspace: Workspace) -> Iterator[Any]:
    """Call it to let every reader of the embeddings wait for ever, and once more to let them through again."""
    about = workspace.embedding_store(world.ENCODER).folder / "about.json"
    aside = about.with_name("aside.json")

    def switch() -> None:
        if aside.exists():
            aside.replace(about)
        else:
            about.rename(aside)
            os.mkfifo(about)

    yield switch
    if aside.exists():
        switch()

"""The model on the tab Export of the page Project."""

import io
import shutil
from pathlib import Path
from zipfile import ZipFile

from streamlit.testing.v1 import AppTest
from support import world

from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace
from pages.components import model_download

_APP = Path(__file__).parents[2] / "pages" / "main.py"


def page() -> AppTest:
    app = AppTest.from_file(str(_APP), default_timeout=60)
    app.switch_page("project.py")
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return "\n".join(str(each.value) for each in [*app.subheader, *app.markdown, *app.info])


def test_the_newest_model_can_be_downloaded_while_its_preparation_is_kept(data: Workspace) -> None:
    project = world.make_project(data, labels=24)
    assert "Model" not in words(page())
    run_round(data, project)
    app = page()
    assert "**Version 1**, fitted on 24 labels" in words(app)
    (button,) = [each for each in app.get("download_button") if each.proto.label == "Download the model"]
    assert button.proto.deferred_file_id
    with ZipFile(io.BytesIO(model_download._content(lambda: data, project, 1))) as packed:
        assert "small-model-1/README.md" in packed.namelist()
    for folder in data.model_file(f"{project.id}/x").parent.glob("preparation-*"):
        shutil.rmtree(folder)
    assert "After the next round, its model can be downloaded here." in words(page())

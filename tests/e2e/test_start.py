"""`lamm app`, as people start it."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from servers import ROOT, free_port
from support.workers import until

from lamm_core.settings import DATABASE_VARIABLE, HOME_VARIABLE


@pytest.mark.parametrize("opens", [True, False])
def test_the_app_opens_the_browser_unless_it_is_told_not_to(tmp_path: Path, opens: bool) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n', "utf-8")
    browser.chmod(0o755)
    port = free_port()
    command = [sys.executable, "-m", "lamm_core.cli", "app", "--port", str(port), "--no-sample"]
    environment = {name: value for name, value in os.environ.items() if name != DATABASE_VARIABLE}
    environment |= {HOME_VARIABLE: str(tmp_path / "home"), "BROWSER": f"{browser} %s", "DISPLAY": ":99"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command + ([] if opens else ["--no-browser"]), cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        until(lambda: _answers(port) and (opened.exists() or not opens), 60)
        if opens:
            assert opened.read_text("utf-8").split() == [f"http://127.0.0.1:{port}"]
        else:
            time.sleep(1)  # longer than the browser is waited for
            assert not opened.exists()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False

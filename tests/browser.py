"""A real JupyterLab on a free port of this machine, and a real browser to drive it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Path of the system's Chromium; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    assert not os.environ.get("CI"), "CI must install Chromium"
    pytest.skip("no Chromium on this machine")


@contextlib.contextmanager
def jupyter_lab(folder: Path, whole: bool = False) -> Iterator[str]:
    """JupyterLab serving `folder`; gives its address.

    Args:
        folder: what it serves; its own files lie in there too, hidden.
        whole: keep all cells of a notebook on the page, also those out of sight.
    """
    # Asks no question in a corner.
    _set(folder, "apputils-extension/notification", {"fetchNews": "false"})
    if whole:
        _set(folder, "notebook-extension/tracker", {"windowingMode": "none"})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder / ".jupyter"),
        "JUPYTER_DATA_DIR": str(folder / ".data"),
        "JUPYTER_RUNTIME_DIR": str(folder / ".runtime"),
        "IPYTHONDIR": str(folder / ".ipython"),
        "COURSE_PROGRESS": str(folder / "progress.json"),
    }
    log = (folder / ".jupyter.log").open("w")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={port}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ],
        cwd=folder,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address, server)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _set(folder: Path, plugin: str, values: dict) -> None:
    settings = folder / ".jupyter/lab/user-settings/@jupyterlab"
    path = settings / f"{plugin}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")


def _wait_until_up(address: str, server: subprocess.Popen) -> None:
    for _ in range(240):
        assert server.poll() is None, "JupyterLab stopped at once"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
            return
        time.sleep(0.25)
    raise AssertionError("JupyterLab did not come up within a minute")


@contextlib.contextmanager
def page(width: int = 1280, height: int = 900, **options) -> Iterator:
    """A page of a fresh headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        try:
            yield browser.new_page(
                viewport={"width": width, "height": height}, **options
            )
        finally:
            browser.close()
